;; Answers as a tag the bits of a NaN that arithmetic made, which machines disagree on: 0 / 0, plus a NaN
;; with a payload. Canonical NaNs make it `7ff8000000000000` everywhere.
(module
  (memory (export "memory") 4)
  (global $free (mut i32) (i32.const 4096))
  (func $allocate (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (global.get $free)
    (global.set $free
      (i32.and (i32.add (i32.add (global.get $free) (local.get 3)) (i32.const 7)) (i32.const -8))))
  ;; ok([effect]), then the effect: its case, and where its text is and how long.
  (data (i32.const 1024) "\00\00\00\00\10\04\00\00\01\00\00\00")
  (data (i32.const 1040) "\06\00\00\00\00\00\00\00\00\08\00\00\10\00\00\00")
  (data (i32.const 2064) "0123456789abcdef")
  (func $route (export "pointsman:rule/route@1.0.0#route") (param $arguments i32) (result i32)
    (local $bits i64)
    (local $at i32)
    (local.set $bits
      (i64.reinterpret_f64
        (f64.add
          (f64.div (f64.convert_i32_u (i32.load8_u (i32.const 0))) (f64.const 0))
          (f64.reinterpret_i64 (i64.const 0xfff4000000abcdef)))))
    (local.set $at (i32.const 2063))
    (loop $digit
      (i32.store8
        (local.get $at)
        (i32.load8_u offset=2064 (i32.wrap_i64 (i64.and (local.get $bits) (i64.const 15)))))
      (local.set $bits (i64.shr_u (local.get $bits) (i64.const 4)))
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (br_if $digit (i32.ge_u (local.get $at) (i32.const 2048))))
    (i32.const 1024)))

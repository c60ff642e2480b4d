;; Divides by zero, three functions deep: the trace names them.
(module
  (memory (export "memory") 4)
  (global $free (mut i32) (i32.const 4096))
  (func $allocate (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (global.get $free)
    (global.set $free
      (i32.and (i32.add (i32.add (global.get $free) (local.get 3)) (i32.const 7)) (i32.const -8))))
  (func $divide (param $by i32) (result i32) (i32.div_u (i32.const 1) (local.get $by)))
  (func $inner (param $by i32) (result i32) (i32.add (call $divide (local.get $by)) (i32.const 1)))
  (func $outer (param $by i32) (result i32) (i32.add (call $inner (local.get $by)) (i32.const 1)))
  (func $route (export "pointsman:rule/route@1.0.0#route") (param $arguments i32) (result i32)
    (call $outer (i32.const 0))))

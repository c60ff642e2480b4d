;; Prints 256 KiB as one line.
(module
  (import "pointsman:rule/log@1.0.0" "print" (func $print (param i32 i32)))
  (memory (export "memory") 8)
  (global $free (mut i32) (i32.const 4096))
  (func $allocate (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (global.get $free)
    (global.set $free
      (i32.and (i32.add (i32.add (global.get $free) (local.get 3)) (i32.const 7)) (i32.const -8))))
  (func $route (export "pointsman:rule/route@1.0.0#route") (param $arguments i32) (result i32)
    (memory.fill (i32.const 262144) (i32.const 97) (i32.const 262144))
    (call $print (i32.const 262144) (i32.const 262144))
    (i32.const 1024)))

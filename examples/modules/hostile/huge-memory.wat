;; Declares 4 GiB of memory.
(module
  (memory (export "memory") 65536)
  (global $free (mut i32) (i32.const 4096))
  (func $allocate (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (global.get $free)
    (global.set $free
      (i32.and (i32.add (i32.add (global.get $free) (local.get 3)) (i32.const 7)) (i32.const -8))))
  (func $route (export "pointsman:rule/route@1.0.0#route") (param $arguments i32) (result i32)
    (i32.const 1024)))

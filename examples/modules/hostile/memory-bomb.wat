;; Takes memory, and writes to it, until it gets no more; then traps.
(module
  (memory (export "memory") 4)
  (global $free (mut i32) (i32.const 4096))
  (func $allocate (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (global.get $free)
    (global.set $free
      (i32.and (i32.add (i32.add (global.get $free) (local.get 3)) (i32.const 7)) (i32.const -8))))
  (func $route (export "pointsman:rule/route@1.0.0#route") (param $arguments i32) (result i32)
    (local $page i32)
    (loop $more
      (local.set $page (memory.grow (i32.const 1)))
      (if (i32.eq (local.get $page) (i32.const -1)) (then (unreachable)))
      (i32.store (i32.mul (local.get $page) (i32.const 65536)) (i32.const 1))
      (br $more))
    (unreachable)))

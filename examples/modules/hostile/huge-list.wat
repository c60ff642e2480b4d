;; Answers a hundred thousand effects, all of them `stop`.
(module
  (memory (export "memory") 4)
  (global $free (mut i32) (i32.const 4096))
  (func $allocate (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (global.get $free)
    (global.set $free
      (i32.and (i32.add (i32.add (global.get $free) (local.get 3)) (i32.const 7)) (i32.const -8))))
  (func $route (export "pointsman:rule/route@1.0.0#route") (param $arguments i32) (result i32)
    (local $at i32)
    (if (i32.eq (memory.grow (i32.const 37)) (i32.const -1)) (then (unreachable)))
    (local.set $at (i32.const 262144))
    (loop $more
      (i32.store8 (local.get $at) (i32.const 13))
      (local.set $at (i32.add (local.get $at) (i32.const 24)))
      (br_if $more (i32.lt_u (local.get $at) (i32.const 2662144))))
    (i32.store (i32.const 1028) (i32.const 262144))
    (i32.store (i32.const 1032) (i32.const 100000))
    (i32.const 1024)))

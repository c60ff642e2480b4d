;; A component that imports WASI's clock.
(component
  (import "wasi:clocks/wall-clock@0.2.0" (instance $clock
    (export "now" (func (result u64)))))
  (core module $module
    (func (export "run")))
  (core instance $instance (instantiate $module))
  (func $run (canon lift (core func $instance "run")))
  (export "run" (func $run)))

;; A component for another world: it exports a function `run`.
(component
  (core module $module
    (func (export "run")))
  (core instance $instance (instantiate $module))
  (func $run (canon lift (core func $instance "run")))
  (export "run" (func $run)))

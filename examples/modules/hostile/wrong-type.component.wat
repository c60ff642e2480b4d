;; A component whose hook has the right name and another type.
(component
  (core module $module
    (func (export "route") (result i32) (i32.const 0)))
  (core instance $instance (instantiate $module))
  (func $route (result u32) (canon lift (core func $instance "route")))
  (instance $hook (export "route" (func $route)))
  (export "pointsman:rule/route@1.0.0" (instance $hook)))

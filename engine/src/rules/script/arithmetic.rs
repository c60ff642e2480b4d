//! What scripts calculate, function by function.

use rhai::Scope;

use super::engine::runner;
use super::registry::{ApiKind, ApiType, items};

/// What every function that makes a number with a fraction out of numbers gives for these arguments, in the registry's
/// order.
pub(crate) fn script_arithmetic(x: f64, y: f64) -> Vec<f64> {
    let mut scope = Scope::new();
    scope.push_constant("x", x).push_constant("y", y);
    items()
        .filter(|item| item.kind == ApiKind::Function && item.returns == ApiType::Float)
        .filter(|item| item.parameters.iter().all(|parameter| parameter.kind == ApiType::Number))
        .filter_map(|item| {
            let arguments = ["x", "y"].get(..item.parameters.len())?.join(", ");
            let code = format!("{}({arguments})", item.name);
            runner().eval_expression_with_scope::<f64>(&mut scope, &code).ok()
        })
        .collect()
}

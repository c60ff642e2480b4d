//! The engine's face in the browser: thin calls from JavaScript into `pointsman-engine`, and nothing else.
//!
//! Values cross as JSON. Their TypeScript declarations are generated from the Rust types by the program
//! `pointsman-types`, so the page and the engine cannot disagree about a shape.

use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;

/// What is running.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Version {
    /// The engine's version, as in `0.1.0`.
    pub engine: String,
}

/// The version of the engine, as a [`Version`] in JSON.
#[wasm_bindgen]
pub fn version() -> Result<String, String> {
    json(&Version { engine: pointsman_engine::VERSION.to_owned() })
}

fn json(value: &impl Serialize) -> Result<String, String> {
    serde_json::to_string(value).map_err(|error| error.to_string())
}

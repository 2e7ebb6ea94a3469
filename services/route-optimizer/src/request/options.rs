//! `options`: vroom-express's overrides, and ours.

use serde_json::Value;

use super::fault::{Fault, input};
use super::field::Object;

/// How a request wants to be worked on.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Options {
    /// `g`: geometry and distances.
    pub geometry: bool,
    /// `c`: keep the given steps, choose times only.
    pub plan: bool,
    /// `x`: 0 to 5, how much to explore.
    pub explore: Option<u8>,
    /// `t`: threads.
    pub threads: Option<u32>,
    /// `l` or `time_limit_ms`: how long to search.
    pub limit_ms: Option<u64>,
    /// Makes a search repeatable.
    pub seed: Option<u64>,
    /// Ends the search after so many steps instead of so much time.
    pub iterations: Option<u64>,
}

impl Options {
    /// Reads `options`, and `c` where some write it: beside the jobs.
    ///
    /// VROOM's own flags are as forgiving as vroom-express makes them; what only we know is read strictly.
    ///
    /// # Errors
    /// When `seed`, `iterations` or `time_limit_ms` is no whole number.
    pub fn read(root: &Object) -> Result<Self, Fault> {
        let mut read = Self {
            plan: truthy(root.get("c")).unwrap_or(false),
            ..Self::default()
        };
        let Some(Value::Object(given)) = root.get("options") else {
            return Ok(read);
        };
        read.plan = truthy(given.get("c")).unwrap_or(read.plan);
        read.geometry = truthy(given.get("g")).unwrap_or(false);
        let number = |key: &str| given.get(key).and_then(Value::as_f64);
        read.explore = number("x").map(|level| level.clamp(0.0, 5.0) as u8);
        read.threads = number("t").map(|threads| threads.clamp(1.0, 32.0) as u32);
        read.limit_ms = number("l").map(|seconds| (seconds.clamp(0.0, 86_400.0) * 1000.0) as u64);
        read.seed = whole(given, "seed")?;
        read.iterations = whole(given, "iterations")?;
        read.limit_ms = whole(given, "time_limit_ms")?.or(read.limit_ms);
        Ok(read)
    }
}

/// JavaScript's idea of a truth, which is vroom-express's; null means "not said".
fn truthy(value: Option<&Value>) -> Option<bool> {
    match value? {
        Value::Null => None,
        Value::Bool(said) => Some(*said),
        Value::Number(number) => Some(number.as_f64() != Some(0.0)),
        Value::String(text) => Some(!text.is_empty()),
        Value::Array(_) | Value::Object(_) => Some(true),
    }
}

fn whole(given: &Object, key: &str) -> Result<Option<u64>, Fault> {
    match given.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_u64() {
            Some(number) => Ok(Some(number)),
            None => Err(input(format!("Invalid {key} value."))),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn options(root: &Value) -> Result<Options, Fault> {
        Options::read(root.as_object().unwrap())
    }

    #[test]
    fn flags_are_read_as_vroom_express_reads_them() {
        let read =
            options(&json!({"options": {"g": 1, "c": null, "x": 9, "l": 0.25, "t": "many"}}));
        let read = read.unwrap();
        assert!(read.geometry && !read.plan);
        assert_eq!(
            (read.explore, read.threads, read.limit_ms),
            (Some(5), None, Some(250))
        );
        assert!(options(&json!({"c": true})).unwrap().plan);
        assert!(
            !options(&json!({"c": true, "options": {"c": false}}))
                .unwrap()
                .plan
        );
    }

    #[test]
    fn ours_are_read_strictly() {
        for key in ["seed", "iterations", "time_limit_ms"] {
            let mut given = json!({"options": {}});
            given["options"][key] = json!(-1);
            let fault = options(&given).unwrap_err();
            assert_eq!(fault.to_string(), format!("Invalid {key} value."));
        }
        let both = options(&json!({"options": {"l": 1, "time_limit_ms": 70}})).unwrap();
        assert_eq!(both.limit_ms, Some(70), "the finer one wins");
    }
}

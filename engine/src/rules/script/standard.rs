//! Texts, numbers, lists and maps: the small standard library of scripts. Its own, so that every function is known to
//! the lint, has a tested example, counts its work, and gives the same result on every machine.

use rhai::{Array, Dynamic, Engine, EvalAltResult, ImmutableString, Map, NativeCallContext};

use super::call::{Call, Fallible};
use super::effects::Effects;
use super::registry::{ApiItem, ApiType as T, parameter as p};
use crate::limits;

fn charge(context: &NativeCallContext<'_>, bytes: usize) -> Fallible<()> {
    Call::of(context)?.charge(bytes)
}

/// The byte at which the character with this number begins; the end of the text when there are fewer.
fn byte_of(text: &str, character: i64) -> usize {
    let character = usize::try_from(character).unwrap_or(0);
    text.char_indices().nth(character).map_or(text.len(), |(at, _)| at)
}

fn characters(text: &str) -> i64 {
    i64::try_from(text.chars().count()).unwrap_or(i64::MAX)
}

fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// A text as `print`, `to_string` and interpolation show it.
fn shown(context: &NativeCallContext<'_>, value: &Dynamic) -> Fallible<String> {
    if let Some(effects) = value.read_lock::<Effects>() {
        return Ok(effects.describe(&Call::of(context)?.names));
    }
    let text = value.to_string();
    charge(context, text.len())?;
    Ok(text)
}

fn print(context: &NativeCallContext<'_>, value: &Dynamic) -> Fallible<()> {
    let text = shown(context, value)?;
    Call::of(context)?.print(&text);
    Ok(())
}

fn not_a(what: &str, text: &str) -> Box<EvalAltResult> {
    format!("`{text}` is not {what}").into()
}

/// Order for `sort`: numbers by value, everything else by its text.
fn order(a: &Dynamic, b: &Dynamic) -> std::cmp::Ordering {
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        (Some(_), None) => std::cmp::Ordering::Less,
        (None, Some(_)) => std::cmp::Ordering::Greater,
        (None, None) => a.to_string().cmp(&b.to_string()),
    }
}

fn number(value: &Dynamic) -> Option<f64> {
    value.as_int().map(|int| int as f64).or_else(|_| value.as_float()).ok()
}

fn same(a: &Dynamic, b: &Dynamic) -> bool {
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a == b,
        (None, None) => a.type_id() == b.type_id() && a.to_string() == b.to_string(),
        _ => false,
    }
}

macro_rules! float_function {
    ($name:literal, $with:path) => {
        |engine| {
            engine.register_fn($name, |x: f64| $with(x));
            engine.register_fn($name, |x: i64| $with(x as f64));
        }
    };
}

pub(super) static ITEMS: &[ApiItem] = &[
    // Texts.
    ApiItem::method(T::Text, "len", &[], T::Int, |engine| {
        engine.register_fn("len", |context: NativeCallContext, text: &str| {
            charge(&context, text.len())?;
            Fallible::Ok(characters(text))
        });
    })
    .doc("How many characters.", "字符数。")
    .example("\"退款🙂\".len()", "3"),
    ApiItem::method(T::Text, "is_empty", &[], T::Bool, |engine| {
        engine.register_fn("is_empty", |text: &str| text.is_empty());
    })
    .doc("Whether there is no character.", "是否为空。")
    .example("\"\".is_empty()", "true"),
    ApiItem::method(T::Text, "contains", &[p("part", T::Text)], T::Bool, |engine| {
        engine.register_fn("contains", |context: NativeCallContext, text: &str, part: &str| {
            charge(&context, text.len() + part.len())?;
            Fallible::Ok(text.contains(part))
        });
    })
    .doc(
        "Whether the part is in the text, character by character. For keywords use `conversation.contains`.",
        "是否逐字符包含该部分。查关键词请用 `conversation.contains`。",
    )
    .example("\"我要退款\".contains(\"退款\")", "true"),
    ApiItem::method(T::Text, "starts_with", &[p("part", T::Text)], T::Bool, |engine| {
        engine.register_fn("starts_with", |text: &str, part: &str| text.starts_with(part));
    })
    .doc("Whether the text begins with the part.", "是否以该部分开头。")
    .example("\"SF1234\".starts_with(\"SF\")", "true"),
    ApiItem::method(T::Text, "ends_with", &[p("part", T::Text)], T::Bool, |engine| {
        engine.register_fn("ends_with", |text: &str, part: &str| text.ends_with(part));
    })
    .doc("Whether the text ends with the part.", "是否以该部分结尾。")
    .example("\"a.png\".ends_with(\".png\")", "true"),
    ApiItem::method(T::Text, "index_of", &[p("part", T::Text)], T::Int, |engine| {
        engine.register_fn("index_of", |context: NativeCallContext, text: &str, part: &str| {
            charge(&context, text.len() + part.len())?;
            Fallible::Ok(text.find(part).and_then(|at| text.get(..at)).map_or(-1, characters))
        });
    })
    .doc(
        "The place of the part, counted in characters from 0; -1: not there.",
        "该部分的位置,从 0 数字符;-1 表示没有。",
    )
    .example("\"我要退款\".index_of(\"退款\")", "2"),
    ApiItem::method(T::Text, "sub_string", &[p("start", T::Int), p("length", T::Int)], T::Text, |engine| {
        engine.register_fn("sub_string", |context: NativeCallContext, text: &str, start: i64| {
            charge(&context, text.len())?;
            Fallible::Ok(ImmutableString::from(text.get(byte_of(text, start)..).unwrap_or_default()))
        });
        engine.register_fn(
            "sub_string",
            |context: NativeCallContext, text: &str, start: i64, length: i64| {
                charge(&context, text.len())?;
                let rest = text.get(byte_of(text, start)..).unwrap_or_default();
                Fallible::Ok(ImmutableString::from(rest.get(..byte_of(rest, length)).unwrap_or_default()))
            },
        );
    })
    .required(1)
    .doc("A part of the text, counted in characters from 0.", "取一部分,从 0 数字符。")
    .example("\"我要退款\".sub_string(2, 1)", "\"退\""),
    ApiItem::method(T::Text, "to_lower", &[], T::Text, |engine| {
        engine.register_fn("to_lower", |context: NativeCallContext, text: &str| {
            charge(&context, text.len() * 8)?;
            Fallible::Ok(text.to_lowercase())
        });
    })
    .doc("In small letters.", "转为小写。")
    .example("\"VIP\".to_lower()", "\"vip\""),
    ApiItem::method(T::Text, "to_upper", &[], T::Text, |engine| {
        engine.register_fn("to_upper", |context: NativeCallContext, text: &str| {
            charge(&context, text.len() * 8)?;
            Fallible::Ok(text.to_uppercase())
        });
    })
    .doc("In capitals.", "转为大写。")
    .example("\"vip\".to_upper()", "\"VIP\""),
    ApiItem::method(T::Text, "trim", &[], T::Text, |engine| {
        engine.register_fn("trim", |context: NativeCallContext, text: &str| {
            charge(&context, text.len())?;
            Fallible::Ok(ImmutableString::from(text.trim()))
        });
    })
    .doc("Without white space at either end.", "去掉两端空白。")
    .example("\" a \".trim()", "\"a\""),
    ApiItem::method(T::Text, "replace", &[p("part", T::Text), p("by", T::Text)], T::Text, |engine| {
        engine.register_fn("replace", |context: NativeCallContext, text: &str, part: &str, by: &str| {
            charge(&context, text.len() * 2)?;
            let most = text.len().saturating_add(text.matches(part).count().saturating_mul(by.len()));
            if most > limits::SCRIPT_STRING_BYTES_MAX {
                let what = "length of string".to_owned();
                return Err(EvalAltResult::ErrorDataTooLarge(what, rhai::Position::NONE).into());
            }
            Fallible::Ok(text.replace(part, by))
        });
    })
    .doc("A copy in which every occurrence of the part is replaced.", "把每处该部分替换后的新文字。")
    .example("\"a-b-c\".replace(\"-\", \"\")", "\"abc\""),
    ApiItem::method(T::Text, "split", &[p("at", T::Text)], T::List, |engine| {
        engine.register_fn("split", |context: NativeCallContext, text: &str, at: &str| {
            charge(&context, text.len() * 2)?;
            // Rhai checks the size of what comes back: one more than allowed is enough for its error.
            let parts = text.split(at).take(limits::SCRIPT_ARRAY_LENGTH_MAX + 1);
            Fallible::Ok(parts.map(|part| Dynamic::from(part.to_owned())).collect::<Array>())
        });
    })
    .doc("The pieces between the occurrences of `at`.", "按 `at` 切开的各段。")
    .example("\"a,b\".split(\",\")", "[\"a\", \"b\"]"),
    ApiItem::method(T::Text, "to_int", &[], T::Int, |engine| {
        engine.register_fn("to_int", |text: &str| {
            text.trim().parse::<i64>().map_err(|_| not_a("a whole number", text))
        });
    })
    .doc("The whole number that the text spells; an error if it does not.", "文字所写的整数;不是整数则出错。")
    .example("\"42\".to_int()", "42"),
    ApiItem::method(T::Text, "to_float", &[], T::Float, |engine| {
        engine.register_fn("to_float", |text: &str| {
            text.trim().parse::<f64>().map_err(|_| not_a("a number", text))
        });
    })
    .doc("The number that the text spells; an error if it does not.", "文字所写的数;不是数则出错。")
    .example("\"0.5\".to_float()", "0.5"),
    ApiItem::function("to_string", &[p("value", T::Any)], T::Text, |engine| {
        engine.register_fn("to_string", |context: NativeCallContext, value: Dynamic| shown(&context, &value));
        engine.register_fn("to_debug", |context: NativeCallContext, value: Dynamic| shown(&context, &value));
    })
    .doc(
        "The value as a text. Inside a text write `${…}` between back quotes.",
        "值的文字形式。在反引号文字中可写 `${…}`。",
    )
    .example("to_string(5) + `${1 + 1}`", "\"52\""),
    ApiItem::function("print", &[p("value", T::Any)], T::Nothing, |engine| {
        engine.register_fn("print", |context: NativeCallContext, value: Dynamic| print(&context, &value));
    })
    .doc("Writes a line into the decision's trace.", "在分配日志中写一行。")
    .example("print(conversation.channel)", "()"),
    ApiItem::function("debug", &[p("value", T::Any)], T::Nothing, |engine| {
        engine.register_fn("debug", |context: NativeCallContext, value: Dynamic| print(&context, &value));
    })
    .doc("The same as `print`.", "与 `print` 相同。")
    .example("debug(priority(3))", "()"),
    // Numbers.
    ApiItem::function("min", &[p("a", T::Number), p("b", T::Number)], T::Number, |engine| {
        engine.register_fn("min", |a: i64, b: i64| a.min(b));
        engine.register_fn("min", |a: f64, b: f64| a.min(b));
    })
    .doc("The smaller of two numbers of one kind.", "两个同类数中较小者。")
    .example("min(3, 5)", "3"),
    ApiItem::function("max", &[p("a", T::Number), p("b", T::Number)], T::Number, |engine| {
        engine.register_fn("max", |a: i64, b: i64| a.max(b));
        engine.register_fn("max", |a: f64, b: f64| a.max(b));
    })
    .doc("The greater of two numbers of one kind.", "两个同类数中较大者。")
    .example("max(3, 5)", "5"),
    ApiItem::function("abs", &[p("x", T::Number)], T::Number, |engine| {
        engine.register_fn("abs", |x: i64| x.saturating_abs());
        engine.register_fn("abs", |x: f64| x.abs());
    })
    .doc("Without its sign.", "绝对值。")
    .example("abs(-3)", "3"),
    ApiItem::function("floor", &[p("x", T::Number)], T::Int, |engine| {
        engine.register_fn("floor", |x: f64| x.floor() as i64);
        engine.register_fn("floor", |x: i64| x);
    })
    .doc("The greatest whole number that is not above.", "向下取整。")
    .example("floor(2.7)", "2"),
    ApiItem::function("ceil", &[p("x", T::Number)], T::Int, |engine| {
        engine.register_fn("ceil", |x: f64| x.ceil() as i64);
        engine.register_fn("ceil", |x: i64| x);
    })
    .doc("The smallest whole number that is not below.", "向上取整。")
    .example("ceil(2.1)", "3"),
    ApiItem::function("round", &[p("x", T::Number)], T::Int, |engine| {
        engine.register_fn("round", |x: f64| x.round() as i64);
        engine.register_fn("round", |x: i64| x);
    })
    .doc("The nearest whole number; halves away from zero.", "四舍五入。")
    .example("round(2.5)", "3"),
    ApiItem::method(T::Number, "to_float", &[], T::Float, |engine| {
        engine.register_fn("to_float", |x: i64| x as f64);
        engine.register_fn("to_float", |x: f64| x);
    })
    .doc("The same number with a fraction.", "转为小数。")
    .example("3.to_float() / 2.0", "1.5"),
    ApiItem::method(T::Number, "to_int", &[], T::Int, |engine| {
        engine.register_fn("to_int", |x: f64| x as i64);
        engine.register_fn("to_int", |x: i64| x);
    })
    .doc("The number without its fraction.", "去掉小数部分。")
    .example("2.7.to_int()", "2"),
    ApiItem::function("sqrt", &[p("x", T::Number)], T::Float, float_function!("sqrt", libm::sqrt))
        .doc("The square root.", "平方根。")
        .example("sqrt(16)", "4.0"),
    ApiItem::function("exp", &[p("x", T::Number)], T::Float, float_function!("exp", libm::exp))
        .doc("e to the power of x. The same bits on every machine.", "e 的 x 次方。各平台逐位相同。")
        .example("exp(0)", "1.0"),
    ApiItem::function("ln", &[p("x", T::Number)], T::Float, float_function!("ln", libm::log))
        .doc("The natural logarithm. The same bits on every machine.", "自然对数。各平台逐位相同。")
        .example("ln(1)", "0.0"),
    ApiItem::function("log10", &[p("x", T::Number)], T::Float, float_function!("log10", libm::log10))
        .doc(
            "The logarithm to base 10. The same bits on every machine.",
            "以 10 为底的对数。各平台逐位相同。",
        )
        .example("log10(1000)", "3.0"),
    ApiItem::function("sin", &[p("x", T::Number)], T::Float, float_function!("sin", libm::sin))
        .doc(
            "The sine of an angle in radians. The same bits on every machine.",
            "正弦(弧度)。各平台逐位相同。",
        )
        .example("sin(0)", "0.0"),
    ApiItem::function("cos", &[p("x", T::Number)], T::Float, float_function!("cos", libm::cos))
        .doc(
            "The cosine of an angle in radians. The same bits on every machine.",
            "余弦(弧度)。各平台逐位相同。",
        )
        .example("cos(0)", "1.0"),
    ApiItem::function("pow", &[p("x", T::Number), p("y", T::Number)], T::Float, |engine| {
        engine.register_fn("pow", libm::pow);
        engine.register_fn("pow", |x: i64, y: i64| libm::pow(x as f64, y as f64));
        engine.register_fn("pow", |x: f64, y: i64| libm::pow(x, y as f64));
        engine.register_fn("pow", |x: i64, y: f64| libm::pow(x as f64, y));
    })
    .doc("x to the power of y. The same bits on every machine.", "x 的 y 次方。各平台逐位相同。")
    .example("pow(2, 10)", "1024.0"),
    ApiItem::function("range", &[p("from", T::Int), p("to", T::Int)], T::Range, |engine| {
        engine.register_fn("range", |from: i64, to: i64| from..to);
    })
    .doc(
        "The whole numbers from `from` to just below `to`, for `for`; also written `from..to`.",
        "从 `from` 到 `to`(不含)的整数,用于 `for`;也可写作 `from..to`。",
    )
    .example("let n = 0; for i in range(0, 4) { n += i } n", "6"),
    // Lists.
    ApiItem::method(T::List, "len", &[], T::Int, |engine| {
        engine.register_fn("len", |list: &mut Array| count(list.len()));
    })
    .doc("How many items.", "元素个数。")
    .example("[1, 2].len()", "2"),
    ApiItem::method(T::List, "is_empty", &[], T::Bool, |engine| {
        engine.register_fn("is_empty", |list: &mut Array| list.is_empty());
    })
    .doc("Whether there is no item.", "是否为空。")
    .example("[].is_empty()", "true"),
    ApiItem::method(T::List, "contains", &[p("item", T::Any)], T::Bool, |engine| {
        engine.register_fn("contains", |context: NativeCallContext, list: &mut Array, item: Dynamic| {
            charge(&context, list.len() * 64)?;
            Fallible::Ok(list.iter().any(|known| same(known, &item)))
        });
    })
    .doc(
        "Whether the item is in the list; also written `item in list`.",
        "列表是否包含该元素;也可写作 `item in list`。",
    )
    .example("\"website\" in [\"website\", \"app\"]", "true"),
    ApiItem::method(T::List, "push", &[p("item", T::Any)], T::Nothing, |engine| {
        engine.register_fn("push", |list: &mut Array, item: Dynamic| list.push(item));
    })
    .doc("Adds an item at the end.", "在末尾加入元素。")
    .example("let a = [1]; a.push(2); a", "[1, 2]"),
    ApiItem::method(T::List, "pop", &[], T::Any, |engine| {
        engine.register_fn("pop", |list: &mut Array| list.pop().unwrap_or_default());
    })
    .or_nothing()
    .doc("Takes the last item away.", "取出最后一个元素。")
    .example("let a = [1, 2]; a.pop()", "2"),
    ApiItem::method(T::List, "sort", &[], T::Nothing, |engine| {
        engine.register_fn("sort", |context: NativeCallContext, list: &mut Array| {
            charge(&context, list.len() * 1024)?;
            list.sort_by(order);
            Fallible::Ok(())
        });
    })
    .doc(
        "Sorts in place: numbers by value, then everything else by its text.",
        "就地排序:数字按大小,其余按文字。",
    )
    .example("let a = [3, 1, 2]; a.sort(); a", "[1, 2, 3]"),
    ApiItem::method(T::List, "join", &[p("between", T::Text)], T::Text, |engine| {
        engine.register_fn("join", |context: NativeCallContext, list: &mut Array, between: &str| {
            let mut text = String::new();
            for (at, item) in list.iter().enumerate() {
                if at > 0 {
                    text.push_str(between);
                }
                text.push_str(&shown(&context, item)?);
                if text.len() > limits::SCRIPT_STRING_BYTES_MAX {
                    break;
                }
            }
            Fallible::Ok(text)
        });
    })
    .doc("The items as one text.", "合成一段文字。")
    .example("[1, 2].join(\"-\")", "\"1-2\""),
    // Maps.
    ApiItem::method(T::Map, "len", &[], T::Int, |engine| {
        engine.register_fn("len", |map: &mut Map| count(map.len()));
    })
    .doc("How many entries.", "条目数。")
    .example("#{ a: 1 }.len()", "1"),
    ApiItem::method(T::Map, "contains", &[p("key", T::Text)], T::Bool, |engine| {
        engine.register_fn("contains", |map: &mut Map, key: &str| map.contains_key(key));
    })
    .doc(
        "Whether there is an entry with this key; also written `key in map`.",
        "是否有该键;也可写作 `key in map`。",
    )
    .example("\"a\" in #{ a: 1 }", "true"),
    ApiItem::method(T::Map, "keys", &[], T::List, |engine| {
        engine.register_fn("keys", |map: &mut Map| {
            map.keys().map(|key| Dynamic::from(key.as_str().to_owned())).collect::<Array>()
        });
    })
    .doc("The keys, in alphabetical order.", "全部键,按字母顺序。")
    .example("#{ b: 1, a: 2 }.keys()", "[\"a\", \"b\"]"),
    ApiItem::method(T::Map, "values", &[], T::List, |engine| {
        engine.register_fn("values", |map: &mut Map| map.values().cloned().collect::<Array>());
    })
    .doc("The values, in the order of their keys.", "全部值,按键的顺序。")
    .example("#{ b: 1, a: 2 }.values()", "[2, 1]"),
];

/// `+` between a text and anything else, which Rhai itself has only for texts and characters.
pub(super) fn register_operators(engine: &mut Engine) {
    engine.register_fn("+", |context: NativeCallContext, text: &str, value: Dynamic| {
        Fallible::Ok(format!("{text}{}", shown(&context, &value)?))
    });
    engine.register_fn("+", |context: NativeCallContext, value: Dynamic, text: &str| {
        Fallible::Ok(format!("{}{text}", shown(&context, &value)?))
    });
}

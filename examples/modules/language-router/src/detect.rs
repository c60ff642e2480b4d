//! Which language a short text is written in: first by its script, then, in Latin script, by words and letters.

/// The language (ISO 639-1) of a text in small letters; none where the text does not show it.
pub fn language(text: &str) -> Option<&'static str> {
    let mut counts = [0_usize; SCRIPTS.len()];
    let mut latin = 0;
    let text = beginning(text);
    for c in text.chars() {
        match SCRIPTS.iter().position(|script| c >= NOT_LATIN && script.has(c)) {
            Some(script) => counts[script] += 1,
            None => latin += usize::from(c.is_alphabetic()),
        }
    }
    let letters = latin + counts.iter().sum::<usize>();
    let (script, count) = SCRIPTS.iter().zip(counts).rev().max_by_key(|(_, count)| *count)?;
    // A quarter is enough: the Latin letters of other texts are names of products.
    match count * 4 >= letters && count > 0 {
        true => Some(refine(script.language, text, &counts)),
        false => latin_language(text),
    }
}

/// As much of the text as is enough to know.
fn beginning(text: &str) -> &str {
    match text.char_indices().nth(400) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

/// From here on, letters are of other scripts than Latin.
const NOT_LATIN: char = '\u{370}';

/// A script other than Latin.
struct Script {
    /// The language that is meant where nothing speaks against it.
    language: &'static str,
    /// Its letters.
    ranges: &'static [std::ops::RangeInclusive<char>],
}

impl Script {
    fn has(&self, c: char) -> bool {
        self.ranges.iter().any(|range| range.contains(&c))
    }
}

const SCRIPTS: [Script; 10] = [
    Script { language: "zh", ranges: &['\u{4e00}'..='\u{9fff}', '\u{3400}'..='\u{4dbf}'] },
    Script { language: "ja", ranges: &['\u{3041}'..='\u{30ff}'] },
    Script { language: "ko", ranges: &['\u{ac00}'..='\u{d7a3}', '\u{1100}'..='\u{11ff}'] },
    Script { language: "ru", ranges: &['\u{0400}'..='\u{04ff}'] },
    Script { language: "ar", ranges: &['\u{0620}'..='\u{06ff}'] },
    Script { language: "he", ranges: &['\u{05d0}'..='\u{05ea}'] },
    Script { language: "th", ranges: &['\u{0e01}'..='\u{0e4e}'] },
    Script { language: "hi", ranges: &['\u{0900}'..='\u{0963}'] },
    Script { language: "el", ranges: &['\u{0370}'..='\u{03ff}'] },
    Script { language: "ka", ranges: &['\u{10a0}'..='\u{10ff}'] },
];

/// Languages that share a script.
fn refine(language: &'static str, text: &str, counts: &[usize; SCRIPTS.len()]) -> &'static str {
    let (han, kana) = (counts[0], counts[1]);
    match language {
        // Japanese needs kana all over; a single の is decoration.
        "zh" if kana * 8 >= han && kana > 1 => "ja",
        "ru" if text.contains(['і', 'ї', 'є', 'ґ']) => "uk",
        "ar" if text.contains(['پ', 'چ', 'ژ', 'گ', 'ک', 'ی']) => "fa",
        _ => language,
    }
}

/// A language in Latin script: the words that are in almost every message, and the letters that others lack.
struct Latin {
    language: &'static str,
    /// In order.
    words: &'static [&'static str],
    letters: &'static [char],
}

const LATIN: [Latin; 7] = [
    Latin {
        language: "en",
        words: &[
            "and", "are", "can", "cannot", "for", "have", "hello", "help", "hi", "how", "i", "is", "it",
            "my", "need", "not", "of", "order", "please", "thanks", "the", "this", "to", "want", "was",
            "what", "when", "where", "with", "would", "you", "your",
        ],
        letters: &[],
    },
    Latin {
        language: "de",
        words: &[
            "auf",
            "bestellung",
            "bitte",
            "danke",
            "das",
            "der",
            "die",
            "ein",
            "eine",
            "es",
            "für",
            "guten",
            "habe",
            "hallo",
            "ich",
            "ist",
            "kann",
            "mein",
            "meine",
            "meinen",
            "meiner",
            "mit",
            "nicht",
            "noch",
            "sie",
            "und",
            "wann",
            "warum",
            "wie",
            "wird",
            "wo",
            "zu",
        ],
        letters: &['ß', 'ä', 'ö', 'ü'],
    },
    Latin {
        language: "fr",
        words: &[
            "ai", "avec", "bonjour", "ce", "commande", "comment", "de", "des", "du", "est", "et", "je", "la",
            "le", "les", "ma", "merci", "mes", "mon", "ne", "où", "pas", "peux", "plaît", "pour", "quand",
            "que", "suis", "un", "une", "votre", "vous",
        ],
        letters: &['ç', 'è', 'ê', 'à', 'œ', 'ù', 'î'],
    },
    Latin {
        language: "es",
        words: &[
            "con", "cuándo", "cómo", "de", "del", "dónde", "el", "es", "está", "favor", "gracias", "he",
            "hola", "la", "las", "los", "mi", "mis", "necesito", "no", "para", "pedido", "por", "puedo",
            "que", "quiero", "qué", "tengo", "un", "una", "usted", "y",
        ],
        letters: &['ñ', '¿', '¡', 'ó', 'í'],
    },
    Latin {
        language: "it",
        words: &[
            "ancora",
            "buongiorno",
            "che",
            "ciao",
            "come",
            "con",
            "del",
            "della",
            "di",
            "dove",
            "e",
            "gli",
            "grazie",
            "ho",
            "il",
            "la",
            "lo",
            "mi",
            "mia",
            "mio",
            "non",
            "ordine",
            "per",
            "perché",
            "posso",
            "quando",
            "salve",
            "sono",
            "un",
            "una",
            "vorrei",
            "è",
        ],
        letters: &['ì', 'ò'],
    },
    Latin {
        language: "pt",
        words: &[
            "a", "as", "com", "como", "da", "de", "do", "e", "está", "favor", "meu", "minha", "não", "o",
            "obrigada", "obrigado", "olá", "onde", "os", "para", "pedido", "por", "posso", "preciso",
            "quando", "que", "quero", "tenho", "um", "uma", "você", "é",
        ],
        letters: &['ã', 'õ', 'ç', 'ê'],
    },
    Latin {
        language: "nl",
        words: &[
            "alstublieft",
            "bedankt",
            "bestelling",
            "dank",
            "de",
            "een",
            "en",
            "goed",
            "graag",
            "hallo",
            "heb",
            "het",
            "hoe",
            "ik",
            "is",
            "je",
            "kan",
            "met",
            "mijn",
            "naar",
            "niet",
            "nog",
            "op",
            "te",
            "u",
            "van",
            "voor",
            "waar",
            "wanneer",
            "wil",
            "wordt",
            "zijn",
        ],
        letters: &['ĳ'],
    },
];

/// The language with the most of its words and letters in the text; none where two have as many.
fn latin_language(text: &str) -> Option<&'static str> {
    let words: Vec<&str> = text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).collect();
    let rare: Vec<char> = text.chars().filter(|c| !c.is_ascii()).collect();
    let score = |latin: &Latin| {
        let words = words.iter().filter(|word| latin.words.binary_search(word).is_ok()).count();
        let letters = latin.letters.iter().filter(|letter| rare.contains(letter)).count();
        2 * words + letters
    };
    let scores = LATIN.each_ref().map(score);
    let best = scores.into_iter().max().filter(|best| *best > 0)?;
    let mut winners = LATIN.iter().zip(scores).filter(|(_, score)| *score == best);
    match (winners.next(), winners.next()) {
        (Some((winner, _)), None) => Some(winner.language),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_visitors_write_is_recognised() {
        for (expected, text) in [
            ("zh", "我的 iphone 15 pro max 怎么还没发货"),
            ("zh", "你の订单还没有收到,请帮我查一下"),
            ("ja", "注文した商品がまだ届きません"),
            ("ko", "주문한 상품이 아직 도착하지 않았어요"),
            ("ru", "где мой заказ?"),
            ("uk", "де моє замовлення? ще не прийшло"),
            ("ar", "أين طلبي؟"),
            ("th", "สินค้าของฉันอยู่ที่ไหน"),
            ("en", "hi, where is my order?"),
            ("en", "i can't log in to my account"),
            ("de", "wo ist meine bestellung? ich warte seit einer woche"),
            ("fr", "bonjour, je n'ai pas reçu ma commande"),
            ("es", "¿dónde está mi pedido?"),
            ("it", "buongiorno, non ho ancora ricevuto il mio ordine"),
            ("pt", "olá, o meu pedido ainda não chegou"),
            ("nl", "waar is mijn bestelling? ik heb nog niets ontvangen"),
        ] {
            assert_eq!(language(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn words_are_in_order_to_be_found() {
        assert!(LATIN.iter().all(|latin| latin.words.is_sorted()));
    }

    #[test]
    fn a_long_text_is_known_by_its_beginning() {
        let text = format!("{}{}", "where is my order? ".repeat(30), "我的订单".repeat(10_000));
        assert_eq!(language(&text), Some("en"));
    }

    #[test]
    fn what_shows_no_language_has_none() {
        for text in ["", "12345", "ok", "sf1234567890", "👍👍", "https://x.example"] {
            assert_eq!(language(text), None, "{text}");
        }
    }
}

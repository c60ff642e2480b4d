//! Which language a short text is written in: first by its script, then, in Latin script, by words and letters.

/// The language (ISO 639-1) of a text in small letters; none where the text does not show it.
pub fn language(text: &str) -> Option<&'static str> {
    let mut counts = [0_usize; SCRIPTS.len()];
    let mut latin = 0;
    for c in text.chars() {
        match SCRIPTS.iter().position(|script| script.ranges.iter().any(|range| range.contains(&c))) {
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

/// A script other than Latin.
struct Script {
    /// The language that is meant where nothing speaks against it.
    language: &'static str,
    /// Its letters.
    ranges: &'static [std::ops::RangeInclusive<char>],
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
    words: &'static [&'static str],
    letters: &'static [char],
}

const LATIN: [Latin; 7] = [
    Latin {
        language: "en",
        words: &[
            "the", "and", "is", "my", "you", "your", "i", "to", "of", "have", "not", "can", "what", "how",
            "where", "when", "please", "with", "for", "it", "this", "hello", "hi", "thanks", "order",
            "would", "was", "are", "cannot", "want", "need", "help",
        ],
        letters: &[],
    },
    Latin {
        language: "de",
        words: &[
            "der",
            "die",
            "das",
            "und",
            "ich",
            "ist",
            "nicht",
            "mein",
            "meine",
            "meiner",
            "meinen",
            "sie",
            "wie",
            "wo",
            "wann",
            "bitte",
            "mit",
            "für",
            "ein",
            "eine",
            "zu",
            "hallo",
            "danke",
            "habe",
            "kann",
            "auf",
            "es",
            "guten",
            "noch",
            "wird",
            "warum",
            "bestellung",
        ],
        letters: &['ß', 'ä', 'ö', 'ü'],
    },
    Latin {
        language: "fr",
        words: &[
            "le", "la", "les", "et", "je", "est", "pas", "mon", "ma", "mes", "vous", "votre", "comment",
            "où", "quand", "avec", "pour", "un", "une", "bonjour", "merci", "ai", "ne", "que", "de", "du",
            "des", "ce", "commande", "plaît", "peux", "suis",
        ],
        letters: &['ç', 'è', 'ê', 'à', 'œ', 'ù', 'î'],
    },
    Latin {
        language: "es",
        words: &[
            "el", "la", "los", "las", "y", "es", "no", "mi", "mis", "usted", "cómo", "dónde", "cuándo",
            "con", "por", "para", "un", "una", "hola", "gracias", "he", "que", "qué", "de", "del", "pedido",
            "quiero", "puedo", "favor", "está", "tengo", "necesito",
        ],
        letters: &['ñ', '¿', '¡', 'ó', 'í'],
    },
    Latin {
        language: "it",
        words: &[
            "il",
            "lo",
            "la",
            "gli",
            "e",
            "è",
            "non",
            "mio",
            "mia",
            "come",
            "dove",
            "quando",
            "con",
            "per",
            "un",
            "una",
            "ciao",
            "buongiorno",
            "grazie",
            "ho",
            "che",
            "di",
            "del",
            "della",
            "ordine",
            "vorrei",
            "posso",
            "sono",
            "perché",
            "mi",
            "ancora",
            "salve",
        ],
        letters: &['ì', 'ò'],
    },
    Latin {
        language: "pt",
        words: &[
            "o", "a", "os", "as", "e", "é", "não", "meu", "minha", "você", "como", "onde", "quando", "com",
            "por", "para", "um", "uma", "olá", "obrigado", "obrigada", "que", "de", "do", "da", "pedido",
            "quero", "posso", "favor", "está", "tenho", "preciso",
        ],
        letters: &['ã', 'õ', 'ç', 'ê'],
    },
    Latin {
        language: "nl",
        words: &[
            "de",
            "het",
            "een",
            "en",
            "ik",
            "is",
            "niet",
            "mijn",
            "u",
            "je",
            "hoe",
            "waar",
            "wanneer",
            "alstublieft",
            "met",
            "voor",
            "hallo",
            "bedankt",
            "heb",
            "kan",
            "op",
            "te",
            "van",
            "bestelling",
            "wil",
            "graag",
            "goed",
            "nog",
            "naar",
            "zijn",
            "dank",
            "wordt",
        ],
        letters: &['ĳ'],
    },
];

/// The language with the most of its words and letters in the text; none where two have as many.
fn latin_language(text: &str) -> Option<&'static str> {
    let score = |latin: &Latin| {
        let words =
            text.split(|c: char| !c.is_alphabetic()).filter(|word| latin.words.contains(word)).count();
        let letters = latin.letters.iter().filter(|letter| text.contains(**letter)).count();
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
    fn what_shows_no_language_has_none() {
        for text in ["", "12345", "ok", "sf1234567890", "👍👍", "https://x.example"] {
            assert_eq!(language(text), None, "{text}");
        }
    }
}

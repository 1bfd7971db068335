//! The masking of secrets in excerpts and in sentences.

use promvet::finding::{
    Place, Span, destination, is_like_secret_name, is_secret_name, placeholder,
    without_destinations,
};

use super::{assert_inside, text_of};

/// Any bytes as a file that is shown: excerpts are whole, what is marked is hidden, and hiding twice
/// changes nothing.
pub fn masking(bytes: &[u8]) {
    let text = text_of(bytes);
    let content = text.content();
    let whole = Place::new(&text, Span::new(0, content.len()));
    for columns in [20, 200] {
        let excerpt = whole.excerpt_within(1, columns);
        let marked = excerpt.start..excerpt.start + excerpt.len;
        assert_inside(&excerpt.text, marked, "the place in an excerpt");
    }
    // As long as what a finding says.
    for line in content.lines().take(20) {
        let sentence = whole.redact(line.chars().take(160).collect());
        assert_eq!(whole.redact(sentence.clone()), sentence, "hidden twice");
    }
    hides_what_is_marked(bytes);
    placeholders(content);
    for word in content.split_whitespace().take(50) {
        assert!(!is_secret_name(word) || is_like_secret_name(word), "{word}");
        let _ = (destination(word), without_destinations(word));
    }
}

/// A word of the text that occurs in it once, marked as a secret: neither an excerpt nor a sentence
/// contains it.
fn hides_what_is_marked(bytes: &[u8]) {
    let text = text_of(bytes);
    let content = text.content();
    let is_long = |word: &&str| word.len() >= 12 && word.bytes().all(|b| b.is_ascii_alphanumeric());
    let words = content.split(|c: char| !c.is_ascii_alphanumeric());
    let Some(secret) = words.into_iter().find(is_long) else {
        return;
    };
    let mut places = content.match_indices(secret).map(|(at, _)| at);
    let (Some(at), None) = (places.next(), places.next()) else {
        return;
    };
    text.mark_secret(Span::new(at, at + secret.len()));
    let place = Place::new(&text, Span::new(at, at));
    let shown = place.excerpt(2).text;
    assert!(!shown.contains(secret), "an excerpt shows {secret}");
    let sentence = place.redact(format!("the value `{secret}` is not a number"));
    assert!(!sentence.contains(secret), "a sentence shows {secret}");
}

/// Placeholders are parts of the text, and follow each other.
fn placeholders(content: &str) {
    let all = [
        placeholder::find(content).collect(),
        placeholder::find_words(content),
        placeholder::find_shouted(content),
    ];
    for list in all {
        let mut end = 0;
        for range in placeholder::apart(list) {
            assert_inside(content, range.clone(), "a placeholder");
            assert!(range.start >= end, "placeholders overlap at {end}");
            end = range.end;
        }
    }
}

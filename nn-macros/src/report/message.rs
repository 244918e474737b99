//! A message in the making: text, and sizes that may be known only to the compiler.

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{ToTokens, quote};

use crate::paths;
use crate::shape::{Dimension, Shape};

/// A message: what is wrong, and changes that the user can type.
#[derive(Clone, Debug, Default)]
pub(crate) struct Message {
    pub(crate) text: Vec<Piece>,
    pub(crate) help: Vec<Vec<Piece>>,
}

/// A part of a message.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    Text(String),
    Size(Dimension),
    /// A size that only the running program knows, as a formula: `_ - 2`.
    Formula(Dimension),
    /// What a user wrote for a size, in decimals whatever it is.
    Number(Dimension),
    /// Tokens of type `&'static [usize]`: a shape that only the compiler knows.
    Shape(TokenStream),
}

/// What can stand in a message.
pub(crate) trait Say {
    fn say(&self, pieces: &mut Vec<Piece>);
}

macro_rules! say_displayed {
    ($($displayed:ty),*) => {$(
        impl Say for $displayed {
            fn say(&self, pieces: &mut Vec<Piece>) {
                pieces.push(Piece::Text(self.to_string()));
            }
        }
    )*};
}
say_displayed!(str, String, u64, usize, i128);

impl<T: Say + ?Sized> Say for &T {
    fn say(&self, pieces: &mut Vec<Piece>) {
        (**self).say(pieces);
    }
}

impl Say for Dimension {
    fn say(&self, pieces: &mut Vec<Piece>) {
        pieces.push(Piece::Size(self.clone()));
    }
}

/// As a shape is written: `` `[1, 28, 28]` ``.
impl Say for Shape {
    fn say(&self, pieces: &mut Vec<Piece>) {
        let shape = bare(self);
        pieces.extend(say!("`{shape}`", shape));
    }
}

/// What a layer receives: a shape, and how messages call where it comes from, such as `` `pool2` `` or `the input`.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) shape: Shape,
    pub(crate) from: String,
}

/// `` `[16, 5, 5]` from `pool2` ``
impl Say for Received {
    fn say(&self, pieces: &mut Vec<Piece>) {
        let Self { shape, from } = self;
        pieces.extend(say!("{shape} from {from}", shape, from));
    }
}

/// Pieces as they are.
impl Say for Vec<Piece> {
    fn say(&self, pieces: &mut Vec<Piece>) {
        pieces.extend_from_slice(self);
    }
}

/// A sentence with placeholders, as `format!` has them, for what can stand in a message:
/// `say!("found {shape} from {from}", shape, from = &value.from)`.
macro_rules! say {
    ($sentence:literal $(, $name:ident $(= $value:expr)?)* $(,)?) => {{
        const _: () = assert!($crate::report::message::are_placeholders($sentence, &[$(stringify!($name)),*]));
        $crate::report::message::fill($sentence, &[$((stringify!($name), &$crate::report::message::say!(@ $name $($value)?))),*])
    }};
    (@ $name:ident) => { $name };
    (@ $name:ident $value:expr) => { $value };
}
pub(crate) use say;

/// Whether the names are those of the sentence's placeholders, each used and each given.
pub(crate) const fn are_placeholders(sentence: &str, names: &[&str]) -> bool {
    let bytes = sentence.as_bytes();
    let (mut at, mut used) = (0, 0_u64);
    while at < bytes.len() {
        let doubled = at + 1 < bytes.len() && bytes[at + 1] == bytes[at];
        match bytes[at] {
            b'{' | b'}' if doubled => at += 2,
            b'{' => {
                let mut index = 0;
                while index < names.len() && !is_name(bytes, at + 1, names[index].as_bytes()) {
                    index += 1;
                }
                if index == names.len() {
                    return false;
                }
                used |= 1 << index;
                at += names[index].len() + 2;
            }
            b'}' => return false,
            _ => at += 1,
        }
    }
    used == (1 << names.len()) - 1
}

/// Whether the name stands at that place, with `}` behind it.
const fn is_name(bytes: &[u8], from: usize, name: &[u8]) -> bool {
    let mut index = 0;
    while index < name.len() {
        if from + index >= bytes.len() || bytes[from + index] != name[index] {
            return false;
        }
        index += 1;
    }
    from + index < bytes.len() && bytes[from + index] == b'}'
}

/// The pieces of a sentence whose placeholders are those of `values`.
pub(crate) fn fill(sentence: &str, values: &[(&str, &dyn Say)]) -> Vec<Piece> {
    let (mut pieces, mut text, mut rest) = (Vec::new(), String::new(), sentence);
    while let Some(at) = rest.find(['{', '}']) {
        text.push_str(&rest[..at]);
        let behind = &rest[at + 1..];
        match behind.find('}').filter(|_| !rest[at..].starts_with("{{") && rest[at..].starts_with('{')) {
            Some(end) => {
                pieces.extend(Some(std::mem::take(&mut text)).filter(|text| !text.is_empty()).map(Piece::Text));
                values.iter().filter(|(name, _)| *name == &behind[..end]).for_each(|(_, value)| value.say(&mut pieces));
                rest = &behind[end + 1..];
            }
            // Doubled, it stands for itself.
            None => {
                text.push_str(&rest[at..=at]);
                rest = &behind[1..];
            }
        }
    }
    text.push_str(rest);
    pieces.extend(Some(text).filter(|text| !text.is_empty()).map(Piece::Text));
    pieces
}

impl Message {
    pub(crate) fn new(text: Vec<Piece>) -> Self {
        Self { text, help: Vec::new() }
    }

    /// Adds a suggestion; several are alternatives.
    pub(crate) fn help(mut self, help: Vec<Piece>) -> Self {
        self.help.push(help);
        self
    }

    /// The text with its help, where the macro knows every size; otherwise `None`.
    pub(crate) fn text(&self) -> Option<String> {
        self.pieces(Piece::text).iter().map(Piece::text).collect()
    }

    /// The text as a `String` of the running program, an expression.
    pub(crate) fn description(&self) -> TokenStream {
        let function = paths::checked("describe", Span::call_site());
        let pieces = Self::new(self.text.clone()).tokens();
        quote!(#function(&[#(#pieces),*]))
    }

    /// A call that fails in a constant with this message, `at` being what the error underlines.
    pub(crate) fn failure(&self, at: [Span; 2]) -> TokenStream {
        let pieces = self.tokens();
        let mut arguments = Group::new(Delimiter::Parenthesis, quote!(&[#(#pieces),*]));
        arguments.set_span(at[1]);
        let [start, _] = at;
        let function = paths::checked("fail", start);
        quote!(#function #arguments)
    }

    /// The pieces as the runtime's.
    fn tokens(&self) -> Vec<TokenStream> {
        let root = paths::plumbline();
        let pieces = self.pieces(Piece::number).into_iter().map(|piece| match (piece.number(), piece) {
            (Some(text), _) => quote!(#root::check::Piece::Text(#text)),
            (None, Piece::Size(size) | Piece::Formula(size)) => {
                let size = size.tokens();
                quote!(#root::check::Piece::Size(#size))
            }
            (None, Piece::Number(size)) => {
                let size = size.tokens();
                quote!(#root::check::Piece::Number(#size))
            }
            (None, Piece::Shape(shape)) => quote!(#root::check::Piece::Shape(#shape)),
            (None, Piece::Text(_)) => unreachable!("text reads as itself"),
        });
        pieces.collect()
    }

    /// The pieces in order, those that `text` can read joined.
    fn pieces(&self, text: fn(&Piece) -> Option<String>) -> Vec<Piece> {
        let mut all = self.text.clone();
        for help in &self.help {
            all.push(Piece::Text("\n= help: ".to_owned()));
            all.extend_from_slice(help);
        }
        all.into_iter().fold(Vec::new(), |mut joined, piece| {
            match (joined.last_mut(), text(&piece)) {
                (Some(Piece::Text(before)), Some(text)) => before.push_str(&text),
                (_, Some(text)) => joined.push(Piece::Text(text)),
                (_, None) => joined.push(piece),
            }
            joined
        })
    }
}

impl Piece {
    /// The text as the compiler sees it, to whom a dimension parameter is a number.
    fn number(&self) -> Option<String> {
        match self {
            Self::Size(Dimension::Parameter(_)) | Self::Number(Dimension::Parameter(_)) | Self::Formula(_) => None,
            other => other.text(),
        }
    }

    /// The text, unless it is a size that only the compiler knows.
    fn text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Formula(Dimension::Parameter(formula)) => Some(format!("{formula:#}")),
            Self::Formula(other) | Self::Number(other) => Self::Size(other.clone()).text(),
            Self::Size(Dimension::Literal(value)) => Some(value.to_string()),
            Self::Size(Dimension::Constant(_)) | Self::Shape(_) => None,
            Self::Size(Dimension::Parameter(formula)) => Some(formula.to_string()),
            Self::Size(Dimension::Free) => Some("_".to_owned()),
        }
    }
}

/// Two shapes that differ, so that the reader sees where: a free size that would read as the other one's does is a formula.
pub(super) fn apart(first: &Shape, other: &Shape) -> [Vec<Piece>; 2] {
    let alike = |a: &Dimension, b: &Dimension| a.is_free() && b.is_free() && a != b;
    let pieces = |shape: &Shape, beside: &Shape| {
        let sizes = shape.iter().enumerate().map(|(axis, size)| match beside.get(axis) {
            Some(other) if alike(size, other) => Piece::Formula(size.clone()),
            _ => Piece::Size(size.clone()),
        });
        let inside = joined(sizes, ", ");
        say!("`[{inside}]`", inside)
    };
    [pieces(first, other), pieces(other, first)]
}

/// A shape between the backticks of something longer.
pub(crate) fn bare(shape: &Shape) -> Vec<Piece> {
    let sizes = joined(shape.iter().cloned().map(Piece::Size), ", ");
    say!("[{sizes}]", sizes)
}

/// The pieces with a text between each two.
pub(crate) fn joined(pieces: impl Iterator<Item = Piece>, between: &str) -> Vec<Piece> {
    let separated = pieces.enumerate().flat_map(|(index, piece)| {
        let separator = (index > 0).then(|| Piece::Text(between.to_owned()));
        separator.into_iter().chain([piece])
    });
    separated.collect()
}

/// Tokens on one line as a person writes them.
pub(crate) fn compact(tokens: impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string();
    if text.contains('"') {
        return text;
    }
    text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text = tight_calls(&text);
    for (loose, tight) in [
        ("( ", "("),
        (" )", ")"),
        ("[ ", "["),
        (" ]", "]"),
        (" ,", ","),
        (" ;", ";"),
        (" :: ", "::"),
        (" . ", "."),
        (" : ", ": "),
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
    ] {
        text = text.replace(loose, tight);
    }
    tight_signs(&text)
}

/// `f (x)` is `f(x)`; an operator keeps its space: `a / (b - 1)`.
fn tight_calls(text: &str) -> String {
    let mut tight = String::new();
    for (index, piece) in text.split(" (").enumerate() {
        if index > 0 {
            let operator = [" +", " -", " *", " /", " %"].iter().any(|operator| tight.ends_with(operator));
            tight.push_str(if operator { " (" } else { "(" });
        }
        tight.push_str(piece);
    }
    tight
}

/// `- 1` is `-1` where nothing stands before it to take it from.
fn tight_signs(text: &str) -> String {
    let mut tight = String::new();
    for (index, piece) in text.split("- ").enumerate() {
        if index > 0 {
            let operand = |before: char| before.is_alphanumeric() || ['_', ')', ']', '}', '>'].contains(&before);
            tight.push_str(if tight.trim_end().ends_with(operand) { "- " } else { "-" });
        }
        tight.push_str(piece);
    }
    tight
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::{Message, are_placeholders, compact};

    #[test]
    fn sentences_are_filled_and_their_placeholders_counted() {
        let (name, count) = ("a", 3_usize);
        let text = Message::new(say!("`{name}` holds {count} of `{{ {name} }}`", name, count)).text();
        assert_eq!(text.as_deref(), Some("`a` holds 3 of `{ a }`"));
        assert!(are_placeholders("no", &[]) && are_placeholders("{a}{b}{a}", &["b", "a"]));
        assert!(!are_placeholders("{a}", &["b"]) && !are_placeholders("{a", &["a"]) && !are_placeholders("a}", &["a"]));
        assert!(!are_placeholders("{a}", &["a", "b"]), "one that is given and not used");
    }

    #[test]
    fn tokens_are_written_as_people_write_them() {
        assert_eq!(compact(quote!(C - 1)), "C - 1");
        assert_eq!(compact(quote!(dense(-1, init = normal(-0.5)))), "dense(-1, init = normal(-0.5))");
        assert_eq!(compact(quote!((C - 1) - -1)), "(C - 1) - -1");
        assert_eq!(compact(quote!(a::B<{ C - 1 }>)), "a::B<{ C - 1 }>");
        assert_eq!(compact(quote!(8 / (N - 1) - (f(N)))), "8 / (N - 1) - (f(N))");
        assert_eq!(compact(quote!(-(3))), "-(3)");
    }
}

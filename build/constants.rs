//! What was read of receivers, written as constants in Rust.

use std::borrow::Cow;

use super::compiled::Lazy;
use super::profile::*;
use super::program::*;

/// A value that can be written in Rust.
pub(super) trait Constant {
    fn code(&self) -> String;
}

/// A table of a name, and of values of one type.
pub(super) fn table<T: Constant>(name: &str, kind: &str, values: &[T]) -> String {
    format!(
        "pub(super) static {name}: [{kind}; {}] = [{}];\n",
        values.len(),
        all(values, ",\n")
    )
}

fn all<T: Constant>(values: &[T], between: &str) -> String {
    let values: Vec<_> = values.iter().map(Constant::code).collect();
    values.join(between)
}

/// Structs: their fields, all of which must be listed.
macro_rules! fields {
    ($($name:ident: $($field:ident)*;)*) => {$(
        impl Constant for $name {
            fn code(&self) -> String {
                let Self { $($field),* } = self;
                let fields = [$(format!("{}: {}", stringify!($field), $field.code())),*];
                format!("{} {{ {} }}", stringify!($name), fields.join(", "))
            }
        }
    )*};
}

/// Enums without fields, whose form for debugging is the name of the variant.
macro_rules! variants {
    ($($name:ident)*) => {$(
        impl Constant for $name {
            fn code(&self) -> String {
                format!("{}::{self:?}", stringify!($name))
            }
        }
    )*};
}

fields! {
    Profile: id name short kind confidence recognized urls parts mistakes credentials refuses tenant
        tls remote_write_2 remote_read external_labels notes program good bad sources own compiled;
    Clue: host path port word label image tag domain telling;
    UrlPart: name form says;
    Mistake: id scheme host port no_port path query says suggest cause except;
    Refusal: what says;
    Tenant: place name required form says;
    BadExample: url fault named;
    KnownPath: path says;
    NotReceiver: id name recognized says sure;
    Program: images commands subcommand other_commands parts file default_file web_config hidden_by
        paths remote_write remote_write_2 settings;
    ProgramImage: name tag official port;
    ProgramSetting: name flag feature key environment url default;
}

variants! { ReceiverKind Confidence Cause TenantPlace MustBeGiven Tls Version2 SettingName }

impl Constant for Credential {
    fn code(&self) -> String {
        let (variant, name) = match self {
            Self::Authorization(kind) => ("Authorization", kind),
            Self::Header(name) => ("Header", name),
            Self::Query(name) => ("Query", name),
            plain => return format!("Credential::{plain:?}"),
        };
        format!("Credential::{variant}({})", name.code())
    }
}

impl Constant for Refused {
    fn code(&self) -> String {
        match self {
            Self::Credential(credential) => format!("Refused::Credential({})", credential.code()),
            Self::Header(name) => format!("Refused::Header({})", name.code()),
            Self::Setting(words) => format!("Refused::Setting({})", words.code()),
        }
    }
}

impl Constant for ProfileText {
    fn code(&self) -> String {
        format!("Borrowed({self:?})")
    }
}

impl<T: Constant + Clone> Constant for Cow<'static, [T]> {
    fn code(&self) -> String {
        format!("Borrowed(&[{}])", all(self, ", "))
    }
}

impl<T: Constant> Constant for Option<T> {
    fn code(&self) -> String {
        self.as_ref().map_or_else(
            || "None".to_owned(),
            |value| format!("Some({})", value.code()),
        )
    }
}

impl Constant for bool {
    fn code(&self) -> String {
        self.to_string()
    }
}

impl Constant for u16 {
    fn code(&self) -> String {
        self.to_string()
    }
}

impl Constant for MajorMinor {
    fn code(&self) -> String {
        format!("{self:?}")
    }
}

impl Constant for Lazy {
    fn code(&self) -> String {
        "Lazy::new()".to_owned()
    }
}

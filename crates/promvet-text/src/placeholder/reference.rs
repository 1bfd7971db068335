//! References to a secret store, which something resolves before the file is read.

use super::form::is_shouted;

/// How a reference of one kind begins, and whether what follows is one.
struct ReferenceForm {
    open: &'static str,
    rest: fn(&str) -> bool,
}

/// The whole of a value is one of them.
const REFERENCES: &[ReferenceForm] = &[
    // 1Password.
    ReferenceForm {
        open: "op://",
        rest: is_path,
    },
    // vals, which helmfile has built in.
    ReferenceForm {
        open: "ref+",
        rest: |rest| rest.contains("://"),
    },
    ReferenceForm {
        open: "secretref+",
        rest: |rest| rest.contains("://"),
    },
    // Bank-Vaults.
    ReferenceForm {
        open: "vault:",
        rest: is_path,
    },
    // Google Secret Manager, in tools that read `sm://PROJECT/NAME`, and its own names.
    ReferenceForm {
        open: "sm://",
        rest: is_path,
    },
    ReferenceForm {
        open: "projects/",
        rest: |rest| rest.contains("/secrets/"),
    },
    // Secrets Manager and the parameter store of AWS.
    ReferenceForm {
        open: "arn:aws:secretsmanager:",
        rest: is_something,
    },
    ReferenceForm {
        open: "arn:aws:ssm:",
        rest: is_something,
    },
    ReferenceForm {
        open: "secretsmanager:",
        rest: is_path,
    },
    // Azure App Service.
    ReferenceForm {
        open: "@Microsoft.KeyVault(",
        rest: |rest| rest.ends_with(')'),
    },
    // Grafana's configuration.
    ReferenceForm {
        open: "$__env{",
        rest: |rest| rest.ends_with('}'),
    },
    ReferenceForm {
        open: "$__file{",
        rest: |rest| rest.ends_with('}'),
    },
    // hiera-eyaml, Jasypt, Spring Cloud Config: encrypted, and decrypted where the file is made.
    ReferenceForm {
        open: "ENC[PKCS7,",
        rest: |rest| rest.ends_with(']'),
    },
    ReferenceForm {
        open: "ENC(",
        rest: |rest| rest.ends_with(')'),
    },
    ReferenceForm {
        open: "{cipher}",
        rest: is_something,
    },
    // The name of a variable of the environment.
    ReferenceForm {
        open: "env:",
        rest: is_shouted,
    },
    // pass, the password manager.
    ReferenceForm {
        open: "pass:",
        rest: is_path,
    },
    // The secret stores of Telegraf and Vector.
    ReferenceForm {
        open: "@{",
        rest: |rest| rest.contains(':') && rest.ends_with('}'),
    },
    ReferenceForm {
        open: "SECRET[",
        rest: |rest| rest.contains('.') && rest.ends_with(']'),
    },
    // Conjur's Summon.
    ReferenceForm {
        open: "!var ",
        rest: is_something,
    },
    // What a tool wrote in place of a value that it hides.
    ReferenceForm {
        open: "[REDACTED",
        rest: |rest| rest == "]",
    },
];

/// Whether a whole text is a reference. Asked of every value: its first two bytes rule out nearly all.
pub(super) fn is_reference(text: &str) -> bool {
    text.as_bytes().first_chunk().is_some_and(may_begin)
        && REFERENCES.iter().any(|form| {
            let rest = text.strip_prefix(form.open);
            rest.is_some_and(form.rest)
        })
}

/// Whether a reference may begin with two bytes.
fn may_begin([first, second]: &[u8; 2]) -> bool {
    let seconds = MAY_BEGIN.get(usize::from(*first)).copied();
    seconds.unwrap_or(0) & bit(*second) != 0
}

/// What may be behind each first byte: a bit for every 64th byte, since one too many does no harm.
static MAY_BEGIN: [u64; 256] = beginnings();

const fn bit(byte: u8) -> u64 {
    1 << (byte % 64)
}

#[expect(
    clippy::indexing_slicing,
    reason = "it runs while the program is compiled"
)]
const fn beginnings() -> [u64; 256] {
    let mut table = [0; 256];
    let mut at = 0;
    while at < REFERENCES.len() {
        let open = REFERENCES[at].open.as_bytes();
        table[open[0] as usize] |= bit(open[1]);
        at += 1;
    }
    table
}

fn is_something(rest: &str) -> bool {
    !rest.is_empty()
}

/// A path with more than one part and no blank: not the port or the path of an address.
fn is_path(rest: &str) -> bool {
    let begins = rest.starts_with(|c: char| c.is_alphabetic());
    begins && rest.contains('/') && !rest.contains(char::is_whitespace)
}

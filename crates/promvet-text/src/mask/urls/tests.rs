use super::*;

fn shown(text: &str) -> String {
    let mut out = text.to_owned();
    let mut ranges = find(text);
    ranges.sort_unstable_by_key(|range| range.start);
    // Ranges may overlap.
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    for range in joined.into_iter().rev() {
        out.replace_range(range, "#");
    }
    out
}

#[test]
fn passwords_are_found_in_whole_and_in_broken_urls() {
    for (text, expected) in [
        ("url: https://u:pass@host/x", "url: https://u:#@host/x"),
        ("url: https://token@host/x", "url: https://#@host/x"),
        ("url: https://u:pa/ss#w@host/x", "url: https://u:#@host/x"),
        ("url: https://u:pa ss@host/x", "url: https://u:#@host/x"),
        (
            "url: https://u: pass@host.example/x",
            "url: https://u:#@host.example/x",
        ),
        (
            "see https://u: mail to me@host.example",
            "see https://u: mail to me@host.example",
        ),
        (
            "url: https://u:12/34@h.example/x",
            "url: https://u:#@h.example/x",
        ),
        (
            "url: https://u:a@b/c@h.example/x",
            "url: https://u:#@h.example/x",
        ),
        ("url: https//u:pass@host/x", "url: https//u:#@host/x"),
        ("url: https:/u:pass@host/x", "url: https:/u:#@host/x"),
        ("url: https:u:pass@host/x", "url: https:u:#@host/x"),
        ("url: https//token@host/x", "url: https//#@host/x"),
        ("url: u:ab/pass@h.example/x", "url: u:#@h.example/x"),
        ("url: http://h/x#token=abc", "url: http://h/x#token=#"),
        (
            "url: http://h/x?a=b;api_key=abc&c=d",
            "url: http://h/x?a=b;api_key=#&c=d",
        ),
        ("url: https://host:9090/@x", "url: https://host:9090/@x"),
        ("url: https://host/a@b", "url: https://host/a@b"),
        (
            "image: h:5000/a:b@sha256:00ff",
            "image: h:5000/a:b@sha256:00ff",
        ),
        ("git@github.com:a/b", "git@github.com:a/b"),
        ("a:b:c@end()", "a:b:c@end()"),
        (
            "https://u:pass%40host.example/x",
            "https://u:#%40host.example/x",
        ),
        ("https://u%3Apass%40host/x", "https://u%#%40host/x"),
        ("https://host/a%40b", "https://host/a%40b"),
        ("https://u/abc@h.example/x", "https://#@h.example/x"),
        ("http://u/abc@p:3128", "http://#@p:3128"),
        ("https://host/lib@1.2.3/x", "https://host/lib@1.2.3/x"),
        (
            "https://h.example/u/a@b.example",
            "https://h.example/u/a@b.example",
        ),
        ("https://h:u:Kagiba642bomogo!", "https://h:#"),
        ("https://h:x9RSf4ZFd*cn3SkZZvg*4sjd", "https://h:#"),
        ("https://u:tR7vQ2mZx9.LkP4wB8nYc", "https://u:#"),
        ("http://[::1]:9090/x", "http://[::1]:9090/x"),
        ("http://${1}:9100:x", "http://${1}:9100:x"),
        (
            "https://h/x?token%3DKagiba642bomogo!",
            "https://h/x?token%3D#",
        ),
        ("https://h/x?auth:Kagiba642bomogo!", "https://h/x?auth:#"),
        ("https://h/x?Kagiba642bomogo!", "https://h/x?#"),
        ("https://h/x#Kagiba642bomogo!", "https://h/x##"),
        ("https://h/x?KYNf*Tk578rA$sJUPqpngr", "https://h/x?#"),
        (
            "https://h/x?a=1&KYNf*Tk578rA$sJUPqpngr",
            "https://h/x?a=1&#",
        ),
        ("https://h/x;Kagiba642bomogo!", "https://h/x;#"),
        (
            "https://h/api/v1/write/Kagiba642bomogo!",
            "https://h/api/v1/write/#",
        ),
        (
            "https://h/api/v1/push/tR7vQ2mZx9.LkP4wB8nYc",
            "https://h/api/v1/push/#",
        ),
        (
            "https://h/api/v1/push/3P5eAAfXBJ/p13sVdZfbdGDH?a=b",
            "https://h/api/v1/push/#?a=b",
        ),
        ("https://h/write/metrics", "https://h/write/metrics"),
        ("https://h/x?$1", "https://h/x?$1"),
        ("https://h/x?*_total", "https://h/x?*_total"),
        ("https://h/token/Kagiba642bomogo!/x", "https://h/token/#/x"),
        (
            "https://h/services/T000/B000/Kagiba642bomogo!",
            "https://h/services/T000/B000/#",
        ),
        ("https://h/x?orgId=1#panel-2", "https://h/x?orgId=1#panel-2"),
        (
            "https://h/d/rYdddlPWk/node-exporter-full",
            "https://h/d/rYdddlPWk/node-exporter-full",
        ),
        ("https://h.example.com@user:Kagiba642bomogo!", "https://#@#"),
        (
            "https://h.example.com:9090@Kagiba642bomogo!/x",
            "https://h.example.com:#@#/x",
        ),
        (
            "https://user.name@prometheus:9090/x",
            "https://#@prometheus:9090/x",
        ),
        (
            "https://user:Kagiba642bomogo!(at)h.example.com/x",
            "https://user:#(at)h.example.com/x",
        ),
        (
            "https://user:Kagiba642bomogo![at]h.example.com/x",
            "https://user:#[at]h.example.com/x",
        ),
        (
            "https://user:Kagiba642bomogo!＠h.example.com/x",
            "https://user:#＠h.example.com/x",
        ),
        (
            r"https://user:Kagiba642bomogo!\h.example.com/x",
            "https://user:#/x",
        ),
        (
            "https://user:c672d41d8cd98f00b204e9800998ecf8*h.example.com/x",
            "https://user:#/x",
        ),
        (
            "https://:c672d41d8cd98f00b204e9800998ecf8h.example.com/x",
            "https://:#/x",
        ),
        (
            "https://h.example.com:9090:af882e2f-0d4a-4d4e-9f3b-2a1b3c4d5e6f/x",
            "https://h.example.com:#/x",
        ),
        (
            "https://h.example.com/x,user:Kagiba642bomogo!",
            "https://h.example.com/x,user:#",
        ),
        (
            "https://a.example.com/x,https://b.example.com:9090/y",
            "https://a.example.com/x,https://b.example.com:9090/y",
        ),
        (
            "https://user:Q/SZqY8DlKVv/tNgMFM4pffGho/icgjGbw==/h.example.com/x",
            "https://user:#",
        ),
        ("http://h:PORT/Abc1", "http://h:PORT/Abc1"),
        (r"http://h:\d+/x", r"http://h:\d+/x"),
        ("https://h/x#user:Kagiba642bomogo!", "https://h/x#user:#"),
        ("https://h/x?user:Kagiba642bomogo!", "https://h/x?user:#"),
        (
            "https://h/x?pass word=Kagiba642bomogo!",
            "https://h/x?pass word=#",
        ),
        (
            "https://h/x?[token]=Kagiba642bomogo!",
            "https://h/x?[token]=#",
        ),
        (
            "https://h/x?token[]=Kagiba642bomogo!",
            "https://h/x?token[]=#",
        ),
        ("https://h/x?match[]=up", "https://h/x?match[]=up"),
        ("https://h/x?tok%65n=abc", "https://h/x?tok%65n=#"),
        ("https://h/x?dt=Kagiba642bomogo!", "https://h/x?dt=#"),
        ("https://h/x?a=b c=d", "https://h/x?a=b c=d"),
        (
            "https://h/x;jsessionid=Kagiba642bomogo!",
            "https://h/x;jsessionid=#",
        ),
        ("https://h/x/user:Kagiba642bomogo!", "https://h/x/user:#"),
        (
            "https://h/secret:Kagiba642bomogo!/x",
            "https://h/secret:#/x",
        ),
        (
            "https://h/key/Kagiba642bomogo!/write",
            "https://h/key/#/write",
        ),
        ("https://h/t/Kagiba642bomogo!/write", "https://h/t/#/write"),
        ("https://h/t/some-topic/12", "https://h/t/some-topic/12"),
        (
            "https://discord.com/api/webhooks/1234/Kagiba642bomogo!",
            "https://discord.com/api/webhooks/1234/#",
        ),
        (
            "https://api.telegram.org/bot123:Kagiba642bomogo!/x",
            "https://api.telegram.org/bot123:#/x",
        ),
        (
            "https://hooks.slack.com/services/T0/B0/af882e2f-0d4a-4d4e-9f3b-2a1b3c4d5e6f",
            "https://hooks.slack.com/services/T0/B0/#",
        ),
        ("https://h/token/introspect", "https://h/token/introspect"),
        (
            "https://h/x#4a5f0c1d8be24f7791c3a6d2e0f9b788d1a3ce9c",
            "https://h/x#4a5f0c1d8be24f7791c3a6d2e0f9b788d1a3ce9c",
        ),
    ] {
        assert_eq!(shown(text), expected);
    }
}

/// Slips of the userinfo of a URL, `§` being the secret.
const SLIPS: &[&str] = &[
    "https://u: §@h/api/v1/write",
    "https://u:  §@h/x",
    "https://u: §@h.example.com:9090/x",
    "https://u:§ @h/x",
    "https://u :§@h/x",
    "https://u : §@h/x",
    "https:// u:§@h/x",
    "https:// u: §@h/x",
    "https://us er:§@h/x",
    "https://u:§@ h/x",
    "https//u: §@h/x",
    "https:/u: §@h/x",
    "https:u:  §@h/x",
    "htps://u: §@h/x",
    "https://u:  §@h",
    "https://u: §@ h/x",
    "https://Bearer §@h/x",
    "https://Basic §@h.example.com/x",
    "https://§:@h/x",
    "https://§: @h/x",
    "https://§:@h.example.com:9090/x",
    // Blanks on both sides of the `@`.
    "https://u: § @ h/x",
    "https://u:§ @ h/x",
    "https://u : § @ h.example.com",
    "https//u: § @ h/x",
    "https:/u: § @ h.example.com:9090/x",
    // A slash for the colon.
    "https://u/§@h/x",
    "https://u/§@h.example.com/x",
];

/// The same where what is made up can be told from words alone.
const SLIPS_OF_MADE_UP: &[&str] = &[
    "u: § @ h/x",
    "u: §@ h/x",
    "https://u/§@h",
    "https://u/x/§@h",
    "https://Bearer § @ h/x",
];

/// Passwords in the place of a host.
const HOSTS: &[&str] = &[
    "https://§/api/v1/write",
    "https://§",
    "https://§:9090/x",
    "https://u@§/x",
    "https://u@§",
    "u@§",
    "https://§?x=y",
];

/// Where a URL may be.
const FORMS: &[&str] = &[
    "- url: ¤",
    "  url: \"¤\"",
    "  proxy_url: '¤'",
    "# see ¤",
    "# ¤",
    "  # url: ¤",
    "{url: ¤, name: a}",
    "`url`: not a URL: `¤`",
    "  - --remote-write.url=¤",
];

/// Words, and what a person makes up, with signs or without.
const WORDS: [&str; 2] = ["swordfishes", "correct-horse-battery"];
const SIGNS: [&str; 3] = ["Winter2024!", "hunter2!hunter", "aX9$kd!3Lq7w"];
const HEX: [&str; 1] = ["9f86d081884c7d659a2feaa0c55ad015"];

#[track_caller]
fn shows_none(slips: &[&str], secrets: &[&str]) {
    let mut leaks = Vec::new();
    for slip in slips {
        for form in FORMS {
            for secret in secrets {
                let line = form.replace('¤', &slip.replace('§', secret));
                if shown(&line).contains(secret) {
                    leaks.push(line);
                }
            }
        }
    }
    assert!(leaks.is_empty(), "{} {leaks:#?}", leaks.len());
}

#[test]
fn slips_in_a_url_show_no_password() {
    shows_none(SLIPS, &[&WORDS[..], &SIGNS, &HEX].concat());
    shows_none(SLIPS_OF_MADE_UP, &[&SIGNS[..], &HEX].concat());
}

#[test]
fn passwords_in_the_place_of_a_host_are_hidden() {
    shows_none(HOSTS, &SIGNS);
}

/// Functions that put a password into the pattern of a URL.
const FORMATTED: &[&str] = &[
    "url = string.format(\"https://%s:%s@h\", \"u\", \"§\")",
    "url = string.format(\"https://%s:%s@%s/x\", sys.env(\"USER\"), \"§\", \"h\")",
    "url = format(\"https://u:%s@h.example.com/x\", \"§\")",
    "url: {{ 'https://%s:%s@h/x' | format('u', '§') }}",
    "url: {{ printf \"https://%s:%s@h/x\" .Values.user \"§\" }}",
    "printf 'https://%s:%s@h/x' u '§'",
];

#[test]
fn passwords_that_are_put_into_a_pattern_are_hidden() {
    shows_none(FORMATTED, &[&WORDS[..], &SIGNS, &HEX].concat());
    for line in [
        "url = string.format(\"https://%s:%s@h\", \"u\", sys.env(\"PASSWORD\"))",
        "url = string.format(\"https://%s:%s@h\", \"u\", local.file.a.content)",
        "url: {{ printf \"https://%s:%s@%s/x\" .Values.user .Values.password \"h.example.com\" }}",
        "summary: {{ printf \"%s@%s\" $labels.job \"prod\" }}",
    ] {
        assert_eq!(shown(line), line);
    }
}

#[test]
fn passwords_behind_a_user_and_a_blank_are_hidden() {
    for secret in [
        "Winter2024!",
        "hunter2!hunter",
        "9f86d081884c7d659a2feaa0c55ad015",
    ] {
        let line = format!("# u: {secret}@h/x");
        assert!(!shown(&line).contains(secret), "{line}");
    }
    for line in [
        "# contact: joe@example.com",
        "owner: team-a@host",
        "uses: actions/checkout@v4",
    ] {
        assert_eq!(shown(line), line);
    }
}

#[test]
fn made_up_ports_behind_a_user_are_hidden() {
    for secret in [
        "Winter2024!",
        "hunter2!hunter",
        "9f86d081884c7d659a2feaa0c55ad015",
    ] {
        let url = format!("url: https://u@h:{secret}/x");
        assert!(!shown(&url).contains(secret), "{url}");
    }
}

#[test]
fn urls_beside_words_and_addresses_stay_readable() {
    for text in [
        "see https://wiki or mail joe@example.com",
        "https://proxy: ask admin or joe@example.com",
        "http://localhost: joe@example.com",
        "https://intranet joe@example.com",
        "https://user@host/x",
        "https://user@host:9090/x",
        "https://$USER:@host/x",
        "https://grafana.example.com/d/x joe@example.com",
        // Blanks around an `@`.
        "expr: job:a:rate5m @ 1609746000.123 / job:b:rate5m @ end()",
        "/prometheus/ @org/team-a joe@example.com",
        "# see https://wiki or ask joe @ example.com",
        "# https://wiki: ask @ops",
        // Versions and users in paths.
        "https://registry/package@v2/x",
        "https://gitlab/group/project/@user",
        "https://git/a@b/x",
        // Hosts with what fills them in.
        "https://$HOST/x",
        "https://${HOST}:9090/x",
        "https://$(POD_IP)/x",
        "https://*.example.com/x",
        "https://$1-metrics.example.com/x",
        "http://%2Frun%2Fdocker.sock/x",
        "https://{{ .Values.host1 }}/x",
        "user@host1",
    ] {
        assert_eq!(shown(text), text);
    }
}

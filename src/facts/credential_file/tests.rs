use super::*;
use crate::source::Memory;

const NOBODY: (u32, u32) = (OFFICIAL_USER, OFFICIAL_USER);

fn tree() -> Memory {
    Memory::new()
        .file("/tree/conf/prometheus.yml", "x")
        .file("/tree/conf/token", "abc")
        .file("/tree/conf/blank", " \n\t")
        .file("/tree/conf/long", "x".repeat(70_000))
        .link("/tree/conf/out", "/etc/shadow")
        .link("/tree/conf/env", "../../proc/self/environ")
        .link("/tree/conf/loop", "loop")
        .special("/tree/conf/pipe", crate::source::EntryKind::Other)
        .file("/tree/.gitignore", "secrets/\n*.key\n!/conf/c.key\n")
        .file("/tree/some.key", "abc")
        .file("/etc/shadow", "root:x")
        .file("/proc/self/environ", "A=b")
        .owned_file("/root/etc/own", "abc", (0o400, 65534, 0))
        .owned_file("/root/etc/private", "abc", (0o600, 0, 0))
        .owned_file("/root/etc/group", "abc", (0o640, 0, 2000))
        .owned_file("/root/etc/open", "abc", (0o644, 0, 0))
        .link("/root/etc/link", "/etc/open")
        .link("/root/etc/up", "../../../../etc/open")
}

fn judged(host: PathBase, (uid, gid): (u32, u32), path: &str) -> PathVerdict {
    let tree = tree();
    let lookup = FileLookup {
        tree: &tree,
        bounds: PathBuf::from("/tree"),
        host,
        user: Some(RunAs {
            uid: Some(uid),
            gid: Some(gid),
            ..RunAs::default()
        }),
        now: 0,
        deadline: crate::deadline::Deadline::default(),
    };
    lookup.judge(&PathQuery {
        filled_in: false,
        embedded: false,
        path,
        base: Base::Config,
        folder: Some(Path::new("/tree/conf")),
        runners: &[],
        declared: None,
    })
}

fn here(path: &str) -> FileState {
    judged(PathBase::Elsewhere, NOBODY, path).state
}

#[test]
fn relative_paths_count_from_the_configuration() {
    assert_eq!(here("token"), FileState::Usable);
    assert_eq!(here("../conf/./token"), FileState::Usable);
    assert_eq!(here("blank"), FileState::Empty);
    assert_eq!(here("."), FileState::NotAFile("a folder"));
    assert_eq!(
        here("pipe"),
        FileState::NotAFile("a device, pipe or socket")
    );
    assert!(matches!(here("tokens"), FileState::Missing(_)));
    assert!(matches!(here("token/x"), FileState::Missing(_)));
    assert!(matches!(here("loop"), FileState::Missing(_)));
}

#[test]
fn nothing_outside_the_tree_is_looked_at() {
    for (path, why) in [
        ("../../etc/shadow", Unverified::Outside),
        ("out", Unverified::Outside),
        ("env", Unverified::Outside),
        ("/etc/shadow", Unverified::Elsewhere),
        ("/proc/self/environ", Unverified::Elsewhere),
        ("/etc/nothing", Unverified::Elsewhere),
        ("${DIR}/token", Unverified::Placeholder),
    ] {
        let found = judged(PathBase::Elsewhere, NOBODY, path);
        assert_eq!(found.state, FileState::Unverified(why), "{path}");
        assert!(found.content.is_empty() && found.file.is_none(), "{path}");
    }
}

#[test]
fn only_the_beginning_of_long_files_would_be_read() {
    let found = judged(PathBase::Elsewhere, NOBODY, "long");
    assert_eq!(found.content, [Observation::TooLong]);
}

#[test]
fn what_git_ignores_is_not_missing_in_a_fresh_clone() {
    let ignored = |path| matches!(here(path), FileState::Unverified(Unverified::Ignored(_)));
    assert!(ignored("secrets/token"));
    assert!(ignored("../secrets/token"));
    assert!(ignored("b.key"));
    // Another ignored file is there, so this is not a fresh clone.
    assert!(matches!(here("../b.key"), FileState::Missing(_)));
    assert!(matches!(here("c.key"), FileState::Missing(_)));
}

#[test]
fn mode_bits_decide_for_the_user_that_prometheus_runs_as() {
    let root = || PathBase::Root(PathBuf::from("/root"));
    let with = |uid, gid, path| judged(root(), (uid, gid), path).state;
    assert_eq!(with(65534, 65534, "/etc/own"), FileState::Usable);
    let refused = |state| matches!(state, FileState::Unreadable(_));
    assert!(refused(with(65534, 65534, "/etc/private")));
    assert_eq!(with(0, 0, "/etc/private"), FileState::Usable);
    assert_eq!(with(1000, 2000, "/etc/group"), FileState::Usable);
    assert!(refused(with(1000, 1000, "/etc/group")));
    assert_eq!(with(1000, 1000, "/etc/open"), FileState::Usable);
    assert!(judged(root(), NOBODY, "/etc/open").open.is_some());
    assert!(judged(root(), NOBODY, "/etc/own").open.is_none());
}

#[test]
fn links_stay_below_the_root() {
    let root = || PathBase::Root(PathBuf::from("/root"));
    let state = |path| judged(root(), NOBODY, path).state;
    assert_eq!(state("/etc/link"), FileState::Usable);
    assert_eq!(state("/etc/up"), FileState::Usable);
    assert!(matches!(state("/etc/shadow"), FileState::Missing(_)));
}

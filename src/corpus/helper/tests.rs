//! Helpers that are shell scripts, and do what they should not.

use super::*;

/// A helper that is a shell script.
fn script(text: &str) -> Helpers {
    let helper = Helper::new("/bin/sh").argument("-c").argument(text);
    Helpers::new(helper.time(Duration::from_secs(20)))
}

#[test]
fn frames_come_through() {
    let mut pipe = Vec::new();
    write_frame(&mut pipe, 7, b"bytes").unwrap();
    write_frame(&mut pipe, 8, b"").unwrap();
    let mut input = &pipe[..];
    assert_eq!(
        read_frame(&mut input, 5).unwrap(),
        Some((7, b"bytes".to_vec()))
    );
    assert_eq!(read_frame(&mut input, 5).unwrap(), Some((8, Vec::new())));
    assert_eq!(read_frame(&mut input, 5).unwrap(), None);
    for cut in 1..21 {
        assert!(read_frame(&mut &pipe[..cut], 5).is_err(), "{cut}");
    }
    assert!(read_frame(&mut &pipe[..], 4).is_err());
}

/// An echo: what comes in goes out.
#[test]
fn processes_answer_and_are_used_again() {
    let helpers = script("exec cat");
    for number in 0..5_u8 {
        let bytes = vec![number; 100_000];
        assert_eq!(helpers.ask(&bytes).unwrap(), bytes);
        assert_eq!(helpers.idle.lock().unwrap().len(), 1);
    }
    // One that died while it waited costs nothing.
    let mut idle = helpers.idle.lock().unwrap();
    idle[0].child.kill().unwrap();
    drop(idle);
    assert_eq!(helpers.ask(b"again").unwrap(), b"again");
}

#[test]
fn many_threads_have_a_process_each() {
    let helpers = script("exec cat");
    thread::scope(|scope| {
        for number in 0..4_u8 {
            let helpers = &helpers;
            scope.spawn(move || {
                for _ in 0..5 {
                    assert_eq!(helpers.ask(&[number; 1_000]).unwrap(), [number; 1_000]);
                }
            });
        }
    });
    assert!(helpers.idle.lock().unwrap().len() <= 4);
}

#[test]
fn whatever_a_process_does_costs_one_record() {
    for (text, code) in [
        ("exit 3", codes::HELPER_CRASHED),
        ("kill -9 $$", codes::HELPER_CRASHED),
        ("kill -SEGV $$", codes::HELPER_CRASHED),
        ("kill -XCPU $$", codes::HELPER_TIME),
        ("head -c 8; exit 0", codes::HELPER_CRASHED),
        // What it says has no number, or another one, or is too long.
        ("yes", codes::HELPER_OUTPUT),
        ("cat /dev/zero", codes::HELPER_OUTPUT),
        (
            "printf '\\1\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\1'; exec sleep 600",
            codes::HELPER_OUTPUT,
        ),
    ] {
        let helpers = script(text);
        assert_eq!(helpers.ask(b"bytes").unwrap_err().code, code, "{text}");
        assert!(helpers.idle.lock().unwrap().is_empty());
    }
    let helpers = Helpers::new(Helper::new("/nothing/there"));
    assert_eq!(helpers.ask(b"bytes").unwrap_err().code, codes::HELPER_START);
}

#[test]
fn nobody_waits_for_ever() {
    // It reads nothing, so that even the request does not get through.
    let mut helpers = script("exec sleep 600");
    helpers.helper.time = Duration::from_millis(300);
    let start = std::time::Instant::now();
    let refusal = helpers.ask(&vec![0; 10 << 20]).unwrap_err();
    assert_eq!(refusal.code, codes::HELPER_TIME);
    assert!(start.elapsed() < Duration::from_secs(100));
}

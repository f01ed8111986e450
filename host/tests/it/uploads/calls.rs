//! What guests built for WASI can do, and what ends them.

use super::*;

#[tokio::test]
async fn wasi_has_time_chance_and_printing_and_nothing_else() {
    let platform = reaching().start().await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.with_key(&key);
    let upstream = Upstream::new(|_| ok("", b"yes")).await;
    let tools = [
        "print",
        "flood",
        "time",
        "random",
        "exit",
        "panic",
        "environment",
        "read",
        "connect",
        "resources",
        "fetch",
        "send",
        "many",
        "hoard",
        "long",
    ];
    let mut spec = spec(&tools, &[upstream.pattern()]);
    spec["requiredSecrets"][0]["hosts"] = json!([upstream.pattern()]);
    let new = upload("wasi", &guest("rust.wasm"), &spec);
    let server = Hosted::create(&ada, new).await.live(&ada).await;
    let secret = format!("/v1/servers/{}/secrets/TOKEN", server.id);
    assert_eq!(ada.put(&secret, json!({"value": "hush-hush-hush"})).await.0, 204);
    let say = async |tool: &str, arguments: Value| said(&platform, &key, &server, tool, arguments).await;

    assert_eq!(say("print", json!({})).await, (false, "printed".to_owned()));
    let printed = newest_call(&ada, &server, "print").await;
    assert_eq!(lines(&printed), ["print is called", "to the log", "to the log as well"]);
    assert_eq!(say("flood", json!({})).await, (false, "printed".to_owned()));
    let flood = newest_call(&ada, &server, "flood").await;
    assert!(lines(&flood).last().unwrap().contains("not kept"), "{:?}", lines(&flood).last());

    let (_, time) = say("time", json!({})).await;
    let (now, slept) = time.split_once(' ').unwrap();
    assert!(now.parse::<u64>().unwrap() > 1_700_000_000 && slept.parse::<u64>().unwrap() >= 50, "{time}");
    let (_, random) = say("random", json!({})).await;
    let (_, again) = say("random", json!({})).await;
    assert_ne!(random, again);

    assert_eq!(say("environment", json!({})).await, (false, "[] []".to_owned()));
    let (error, read) = say("read", json!({"path": "/etc/passwd"})).await;
    assert!(!error && read.starts_with("0 directories; Err("), "{read}");
    let (error, connect) = say("connect", json!({"to": upstream.at.to_string()})).await;
    assert!(!error && connect.starts_with("tcp Err(") && connect.matches("Err(").count() == 3, "{connect}");
    assert!(upstream.requests().is_empty());

    let (error, exit) = say("exit", json!({})).await;
    assert!(error && exit.contains("ended itself with status"), "{exit}");
    let (error, panic) = say("panic", json!({})).await;
    assert!(error && panic.contains("panicked at") && panic.contains("as it was asked to"), "{panic}");
    let (error, resources) = say("resources", json!({})).await;
    assert!(error, "{resources}");

    // Through the gate, as any other request.
    let (error, fetched) = say("fetch", json!({"url": upstream.url("/a?b=c")})).await;
    assert_eq!((error, fetched.as_str()), (false, "200 yes"));
    assert!(upstream.requests()[0].contains("authorization: Bearer hush-hush-hush\r\n"), "{:?}", upstream.requests());
    let fetched = newest_call(&ada, &server, "fetch").await;
    assert_eq!((&fetched["requests"][0]["path"], &fetched["requests"][0]["status"]), (&json!("/a"), &json!(200)));
    let (error, refused) = say("fetch", json!({"url": "https://elsewhere.example/"})).await;
    assert!(error && refused.contains("not within what the server may reach"), "{refused}");
    assert_eq!(say("send", json!({"url": upstream.url("/")})).await, (false, "200 yes".to_owned()));
    assert_eq!(newest_call(&ada, &server, "send").await["requests"][0]["sent"], 4 << 20);
    // What is written of bodies that are never finished is bounded, each and together.
    let (error, long) = say("long", json!({"url": upstream.url("/")})).await;
    let mebibytes = |said: &str| said.split(' ').next().unwrap().parse::<u64>().unwrap();
    assert!(!error && (8..=9).contains(&mebibytes(&long)), "{long}");
    assert_eq!(newest_call(&ada, &server, "long").await["bound"]["name"], "request_body");
    let (error, hoard) = say("hoard", json!({"url": upstream.url("/")})).await;
    assert!(!error && (28..=34).contains(&mebibytes(&hoard)), "{hoard}");
    assert_eq!(newest_call(&ada, &server, "hoard").await["bound"]["name"], "request_bodies");
    let (error, many) = say("many", json!({"url": upstream.url("/")})).await;
    assert!(!error && many.starts_with("50 of 60") && many.contains("50 requests"), "{many}");
}

#[tokio::test]
async fn every_bound_holds_for_wasi() {
    // Where it is not the clock that is to end a call, there is time enough on a busy machine too.
    let patient = [("spin", "fuel"), ("tick", "transfer"), ("memory", "memory")];
    for (wall_ms, cases) in [(120_000, &patient[..]), (1_000, &[("sleep", "wall_clock")])] {
        let config = format!("[plans.self-hosted.call]\nfuel = 1_000_000_000\nwall_ms = {wall_ms}\n");
        let platform = Platform::setup().config(&config).start().await;
        let key = platform.api_key("ada@example.com");
        let ada = platform.with_key(&key);
        let tools = ["spin", "tick", "sleep", "memory", "greet"];
        let spec = spec(&tools, &["api.example.com".to_owned()]);
        let server = Hosted::create(&ada, upload("bounds", &guest("rust.wasm"), &spec)).await.live(&ada).await;
        for (tool, bound) in cases {
            let (error, text) = said(&platform, &key, &server, tool, json!({})).await;
            let call = newest_call(&ada, &server, tool).await;
            assert!(error && call["bound"]["name"] == *bound, "{tool}: {text} {call:#}");
        }
        let greeted = said(&platform, &key, &server, "greet", json!({"name": "Ada"})).await;
        assert_eq!(greeted, (false, "Hello, Ada!".to_owned()));
    }
}

#[tokio::test]
async fn a_component_in_javascript_runs_behind_the_same_gate() {
    let platform =
        Platform::setup().config("plan = \"hobby\"\n[egress]\nallow_private = [\"127.0.0.1/32\"]\n").start().await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.with_key(&key);
    let upstream = Upstream::new(|_| ok("", b"yes")).await;
    let spec = spec(&["greet", "fetch", "spin"], &[upstream.pattern()]);
    let began = std::time::Instant::now();
    let server = Hosted::create(&ada, upload("js", &guest("js.wasm"), &spec)).await.live(&ada).await;
    eprintln!("live after {:?}", began.elapsed());
    let secret = format!("/v1/servers/{}/secrets/TOKEN", server.id);
    assert_eq!(ada.put(&secret, json!({"value": "hush-hush-hush"})).await.0, 204);
    let greeted = said(&platform, &key, &server, "greet", json!({"name": "Ada"})).await;
    assert_eq!(greeted, (false, "Hello, Ada!".to_owned()));
    let call = newest_call(&ada, &server, "greet").await;
    assert!(lines(&call).contains(&"greet is called"), "{call:#}");
    eprintln!("greet: {} fuel, {} bytes, {} ms", call["fuel"], call["peakMemoryBytes"], call["wallMs"]);
    let fetched = said(&platform, &key, &server, "fetch", json!({"url": upstream.url("/a")})).await;
    assert_eq!(fetched, (false, "200 yes".to_owned()));
    assert!(upstream.requests()[0].contains("authorization: Bearer hush-hush-hush\r\n"), "{:?}", upstream.requests());
    let (error, refused) = said(&platform, &key, &server, "fetch", json!({"url": "https://elsewhere.example/"})).await;
    assert!(error, "{refused}");
    let refused = newest_call(&ada, &server, "fetch").await;
    assert!(refused["requests"][0]["error"].as_str().unwrap().contains("not within what the server may reach"));
    let (error, endless) = said(&platform, &key, &server, "spin", json!({})).await;
    assert!(error && endless.contains("5000000000 units of fuel"), "{endless}");
}

//! Access tokens that are none of ours, or no longer, or not that: each the same 401, whatever is wrong with it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use ed25519_dalek::{Signer as _, SigningKey};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use waystation::access::Role;

use crate::common::{Person, TestApp};

/// How a good token of somebody is made, to change one thing of it.
struct Forger {
    key: SigningKey,
    header: Value,
    claims: Value,
}

impl Forger {
    fn of(app: &TestApp, person: &Person) -> Self {
        let token = person.token().unwrap();
        let part = |index| {
            let text = token.split('.').nth(index).unwrap();
            serde_json::from_slice(&BASE64URL.decode(text).unwrap()).unwrap()
        };
        Self { key: app.app.keyring.token_signing().key.clone(), header: part(0), claims: part(1) }
    }

    fn sign(&self, header: &str, claims: &str) -> String {
        let signed = format!("{}.{}", BASE64URL.encode(header), BASE64URL.encode(claims));
        let signature = self.key.sign(signed.as_bytes()).to_bytes();
        format!("{signed}.{}", BASE64URL.encode(signature))
    }

    /// With members of the header replaced, rightly signed; null takes a member away.
    fn header(&self, members: &Value) -> String {
        self.sign(&replaced(&self.header, members).to_string(), &self.claims.to_string())
    }

    /// The same with claims.
    fn claims(&self, members: &Value) -> String {
        self.sign(&self.header.to_string(), &replaced(&self.claims, members).to_string())
    }

    /// With the public key as the secret of an HMAC, as a verifier would take it that trusts the header.
    fn confused(&self) -> String {
        let header = replaced(&self.header, &json!({"alg": "HS256"})).to_string();
        let signed = format!("{}.{}", BASE64URL.encode(header), BASE64URL.encode(self.claims.to_string()));
        let mut mac = Hmac::<Sha256>::new_from_slice(self.key.verifying_key().as_bytes()).unwrap();
        mac.update(signed.as_bytes());
        format!("{signed}.{}", BASE64URL.encode(mac.finalize().into_bytes()))
    }
}

/// The same bytes in another writing: the last character of 86 carries two bits of the signature, and four that say nothing.
fn rewritten(token: &str) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = token.split_at(token.len() - 1);
    let index = ALPHABET.find(last).unwrap();
    format!("{rest}{}", &ALPHABET[index + 1..index + 2])
}

fn replaced(object: &Value, members: &Value) -> Value {
    let mut object = object.clone();
    for (name, value) in members.as_object().unwrap() {
        match value {
            Value::Null => drop(object.as_object_mut().unwrap().remove(name)),
            value => object[name] = value.clone(),
        }
    }
    object
}

/// The forms in which the vectors for JSON Web Signatures of Wycheproof deform a good one, made of one of ours: their own
/// are signed by algorithms that nobody checks here, so that each of them would be refused by its header alone.
fn in_other_forms(good: &str) -> Vec<(String, String)> {
    let [header, claims, signature] = good.split('.').collect::<Vec<_>>().try_into().unwrap();
    let modified = |part: &str| format!("{}{}", if part.starts_with('X') { "Y" } else { "X" }, &part[1..]);
    let json = json!({"payload": claims, "signatures": [{"protected": header, "signature": signature}]});
    [
        ("modified signature", format!("{header}.{claims}.{}", modified(signature))),
        ("missing signature and separator", format!("{header}.{claims}")),
        ("modified payload", format!("{header}.{}.{signature}", modified(claims))),
        ("missing payload", format!("{header}..{signature}")),
        ("missing payload and separator", format!("{header}.{signature}")),
        ("modified header", format!("{}.{claims}.{signature}", modified(header))),
        ("missing header", format!(".{claims}.{signature}")),
        ("missing header and separator", format!("{claims}.{signature}")),
        ("missing header and signature", format!(".{claims}.")),
        ("missing header, signature and separators", claims.to_owned()),
        ("separators alone", "..".to_owned()),
        ("extra empty component", format!("{good}.")),
        ("extra component", format!("{good}.foo")),
        ("JSON serialization", json.to_string()),
    ]
    .map(|(what, token)| (what.to_owned(), token))
    .into()
}

/// Everything that is wrong with a token by itself, by what it is.
fn forged(app: &TestApp, person: &Person) -> Vec<(String, String)> {
    let forger = Forger::of(app, person);
    let good = person.token().unwrap();
    let parts: Vec<&str> = good.split('.').collect();
    let other = Forger {
        key: SigningKey::from_bytes(&[7; 32]),
        header: forger.header.clone(),
        claims: forger.claims.clone(),
    };
    let their_key =
        json!({"kty": "OKP", "crv": "Ed25519", "x": BASE64URL.encode(other.key.verifying_key().as_bytes())});
    let (now, exp) = (app.now().seconds(), forger.claims["exp"].as_i64().unwrap());
    let mut all: Vec<(String, String)> = vec![
        ("empty signature".into(), format!("{}.{}.", parts[0], parts[1])),
        ("two parts".into(), format!("{}.{}", parts[0], parts[1])),
        ("four parts".into(), format!("{good}.{}", parts[2])),
        ("truncated".into(), good[..good.len() - 4].to_owned()),
        ("signature in another writing".into(), rewritten(&good)),
        ("padded".into(), format!("{good}==")),
        ("HMAC by the public key".into(), forger.confused()),
        ("key of somebody else".into(), other.sign(&forger.header.to_string(), &forger.claims.to_string())),
        ("claims twice".into(), {
            let claims = forger.claims.to_string();
            forger.sign(&forger.header.to_string(), &format!("{{\"exp\":{},{}", exp + 60, &claims[1..]))
        }),
        (
            "claims that are a list".into(),
            forger.sign(&forger.header.to_string(), &json!([forger.claims]).to_string()),
        ),
        ("header that is no object".into(), forger.sign("[]", &forger.claims.to_string())),
        ("not base64url".into(), format!("{}.{}.{}", parts[0], parts[1].replace(['A', 'e'], "+"), parts[2])),
    ];
    all.extend(in_other_forms(&good));
    let alone = |members: Value| (format!("header {members}"), forger.header(&members));
    all.extend(
        [
            json!({"alg": "none"}),
            json!({"alg": "None"}),
            json!({"alg": "HS256"}),
            json!({"alg": "ES256"}),
            json!({"alg": "eddsa"}),
            json!({"alg": null}),
            json!({"typ": "JWT"}),
            json!({"typ": null}),
            json!({"kid": null}),
            json!({"kid": ""}),
            json!({"kid": "../../dev/null"}),
            json!({"kid": "' OR 1=1 --"}),
            json!({"kid": 1}),
        ]
        .map(alone),
    );
    // What the header says of keys is not looked at: such a token is good only by our own signature.
    for members in [
        json!({"jwk": their_key}),
        json!({"jku": "https://example.org/jwks"}),
        json!({"x5u": "https://example.org/x"}),
    ] {
        let header = replaced(&forger.header, &members).to_string();
        all.push((
            format!("signed by what it brings: {members}"),
            other.sign(&header, &forger.claims.to_string()),
        ));
    }
    let claimed = |members: Value| (format!("claims {members}"), forger.claims(&members));
    all.extend(
        [
            json!({"exp": null}),
            json!({"exp": exp.to_string()}),
            json!({"exp": true}),
            json!({"exp": [exp]}),
            json!({"exp": now - 31, "iat": now - 600}),
            json!({"exp": i64::MAX}),
            json!({"exp": i64::MIN}),
            json!({"exp": exp + 3_600}),
            json!({"exp": now + 640, "iat": now + 40}),
            json!({"iat": null}),
            json!({"iat": i64::MIN}),
            json!({"iss": null}),
            json!({"iss": "somebody"}),
            json!({"iss": ["waystation"]}),
            json!({"aud": null}),
            json!({"aud": "another-network"}),
            json!({"aud": 5}),
            json!({"sub": null}),
            json!({"sub": 5}),
            json!({"sub": "nobody"}),
            json!({"sub": "0123456789abcdefghjkmnpqrs"}),
            json!({"sid": null}),
            json!({"sid": "0123456789abcdefghjkmnpqrs"}),
        ]
        .map(claimed),
    );
    all
}

#[actix_web::test]
async fn every_forged_token_is_refused_alike() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (heron, tern) = (app.caseworker(hub), app.caseworker(hub));
    // The forger's own work is accepted as long as nothing is wrong with it: else none of this would be a test.
    let forger = Forger::of(&app, &heron);
    app.anonymous().with_token(&forger.claims(&json!({}))).get("/v1/me").await.expect(200);

    let mut all = forged(&app, &heron);
    all.push(("session of somebody else".into(), forger.claims(&json!({"sid": tern.session}))));
    let absent = app.anonymous().get("/v1/me").await;
    let expected = absent.expect_problem(401, "unauthenticated");
    for (what, token) in all {
        let answer = app.anonymous().with_token(&token).get("/v1/me").await;
        let mut told = answer.expect_problem(401, "unauthenticated");
        told["request_id"] = expected["request_id"].clone();
        assert_eq!(told, expected, "{what}");
        assert_eq!(answer.header("www-authenticate"), absent.header("www-authenticate"), "{what}");
    }
}

#[actix_web::test]
async fn a_refresh_token_opens_nothing_and_an_access_token_carries_nothing_on() {
    let app = TestApp::new().await;
    let heron = app.caseworker(app.hub("Kunming"));
    app.set_password(&heron, "nine slow barges upstream").await;
    let username = heron.get("/v1/me").await.expect(200)["username"].clone();
    let login = json!({"username": username, "password": "nine slow barges upstream"});
    let session = app.anonymous().post("/v1/sessions", login).await.expect(201);
    let (access, refresh) =
        (session["access_token"].as_str().unwrap(), session["refresh_token"].as_str().unwrap());
    app.anonymous().with_token(refresh).get("/v1/me").await.expect_problem(401, "unauthenticated");
    let answer = app.anonymous().post("/v1/sessions/refresh", json!({"refresh_token": access})).await;
    assert!([401, 422].contains(&answer.status.as_u16()), "{}", answer.text());
    // It did not end the session either.
    app.anonymous().with_token(access).get("/v1/me").await.expect(200);
    let carried = app.anonymous().post("/v1/sessions/refresh", json!({"refresh_token": refresh})).await;
    assert!(carried.status.is_success(), "{}", carried.text());
}

#[actix_web::test]
async fn a_token_is_good_for_ten_minutes_and_half_of_one() {
    let app = TestApp::new().await;
    let heron = app.caseworker(app.hub("Kunming"));
    app.wait(chrono::TimeDelta::seconds(629));
    heron.get("/v1/me").await.expect(200);
    app.wait(chrono::TimeDelta::seconds(1));
    heron.get("/v1/me").await.expect_problem(401, "unauthenticated");
}

#[actix_web::test]
async fn a_token_says_nothing_of_rights_that_a_change_would_outlive() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    heron.open_case(hub).await;
    app.give_role(&heron, Role::Reader).await.expect(200);
    heron.get("/v1/cases").await.expect_problem(403, "forbidden");
}

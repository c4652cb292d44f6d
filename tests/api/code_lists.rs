//! The code lists.

use serde_json::json;

use crate::common::TestApp;

#[actix_web::test]
async fn every_role_reads_the_code_lists() {
    let app = TestApp::new().await;
    let owl = app.auditor();
    let lists = owl.get("/v1/code-lists").await.expect(200);
    let countries =
        lists["items"].as_array().unwrap().iter().find(|list| list["name"] == "countries").unwrap();
    assert_eq!(*countries, json!({"name": "countries", "source": "ISO 3166-1 alpha-3", "codes": 249}));
    let stages = owl.get("/v1/code-lists/stages").await.expect(200);
    assert_eq!(stages["items"][0], json!({"code": "shelter", "label": "Hidden in a shelter"}));
    owl.get("/v1/code-lists/nonsense").await.expect_problem(404, "not_found");
    app.anonymous().get("/v1/code-lists").await.expect_problem(401, "unauthenticated");
}

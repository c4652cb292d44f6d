// A case through all four stages, with types that openapi-typescript generated and calls by openapi-fetch.

import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

type Schemas = components["schemas"];
type Client = ReturnType<typeof createClient<paths>>;

const baseUrl = process.env.ADDRESS!;
const today = new Date().toISOString().slice(0, 10);

/** The body of a good answer. */
function good<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  assert.ok(answer.response.ok, JSON.stringify(answer.error));
  return answer.data!;
}

async function logIn(username: string): Promise<Client> {
  const client = createClient<paths>({ baseUrl });
  const password = process.env[`PASSWORD_${username.toUpperCase()}`]!;
  const session = good(await client.POST("/v1/sessions", { body: { username, password } }));
  const headers = { Authorization: `${session.token_type} ${session.access_token}` };
  return createClient<paths>({ baseUrl, headers });
}

const ifMatch = (view: { version: number }) => ({ "If-Match": `"${view.version}"` });

function move(client: Client, row: Schemas["CaseView"], to: Schemas["Stage"], reason: Schemas["MoveReason"]) {
  const params = { path: { case: row.code }, header: ifMatch(row) };
  return client.POST("/v1/cases/{case}/stage", { params, body: { to, reason, on: today } });
}

const [heron, lantern] = [await logIn("heron"), await logIn("lantern")];
const me = good(await heron.GET("/v1/me"));
const hub_id = me.hubs[0]!;
let row = good(
  await heron.POST("/v1/cases", {
    body: {
      hub_id,
      sex: "male",
      age_band: "18-59",
      origin_country: "PRK",
      destination_country: "KOR",
      risk: "high",
      opened_on: today,
    },
  }),
);
const path = { case: row.id };

good(
  await heron.PUT("/v1/cases/{case}/identity", {
    params: { path, header: { "If-None-Match": "*" } },
    body: { names: [{ script: "hangul", kind: "birth", family: "박", given: "은하수" }] },
  }),
);
const opened = good(await heron.GET("/v1/cases/{case}/identity", { params: { path } }));
assert.equal(opened.record.names?.[0]?.given, "은하수");

const codename = process.env.CODENAME ?? "Alder";
const shelter = good(await lantern.POST("/v1/shelters", { body: { hub_id, codename, beds: 4 } }));
good(
  await heron.POST("/v1/cases/{case}/stays", {
    params: { path },
    body: { shelter_id: shelter.id, arrived_on: today },
  }),
);

const refused = await move(heron, row, "transit", "route_ready");
assert.equal(refused.response.status, 409);
assert.deepEqual(refused.error?.unmet?.map((rule) => rule.guard), ["journey_approved", "leg_planned"]);

const leg = { from_country: "CHN", to_country: "THA", keeper_id: me.id, planned_on: today };
const journey = good(
  await heron.POST("/v1/cases/{case}/journeys", {
    params: { path },
    body: { destination_country: "THA", legs: [leg] },
  }),
);
good(
  await lantern.POST("/v1/cases/{case}/journeys/{journey}/approval", {
    params: { path: { ...path, journey: journey.id }, header: ifMatch(journey) },
    body: {},
  }),
);
row = good(await move(heron, row, "transit", "route_ready"));

let application = good(
  await heron.POST("/v1/cases/{case}/applications", {
    params: { path },
    body: { country: "THA", authority: "unhcr", level: "FI", applied_on: today },
  }),
);
row = good(await move(heron, row, "asylum", "arrived"));
for (const to of ["decision_pending", "recognized"] as const) {
  application = good(
    await heron.POST("/v1/cases/{case}/applications/{application}/state", {
      params: { path: { ...path, application: application.id }, header: ifMatch(application) },
      body: { to, on: today },
    }),
  );
}
row = good(await move(heron, row, "resettlement", "recognized"));
assert.equal(row.stage, "resettlement");

const listed = good(await heron.GET("/v1/cases", { params: { query: { limit: 1, sort: "-updated_at" } } }));
assert.equal(listed.items.length, 1);
const report = good(await lantern.GET("/v1/reports/stages"));
// The document offers this report as CSV, too.
assert.ok(typeof report === "object");
assert.ok(report.rows.some((count) => count.stage === "resettlement"));
assert.equal((await heron.DELETE("/v1/sessions/current")).response.status, 204);
console.log("ok typescript: a case through all four stages");

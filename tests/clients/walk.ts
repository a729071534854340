// A walk through the contract with a generated client: from sign-in to thanks, and a problem ticket.
// Its types come from openapi-typescript, its calls from openapi-fetch. Prints one line of JSON.

import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

type AnyWish = components["schemas"]["AnyWish"];
type AnyTicket = components["schemas"]["AnyTicket"];

declare const process: { argv: string[] };
const address = process.argv[2]!;
const PLACE = "chunhui.baihua";
const anybody = createClient<paths>({ baseUrl: address });

function check(fact: unknown, what: string): asserts fact {
  if (!fact) throw new Error(what);
}

/** Return the data of an answer; an answer with a problem document ends the walk. */
async function of<T>(answer: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await answer;
  check(data !== undefined, `${response.status} ${JSON.stringify(error)}`);
  return data;
}

/** Return the newest message to a phone: only the local server shows it. */
async function newestMessage(phone: string, kind: string): Promise<string> {
  const answer = await fetch(`${address}/dev/messages?to=${encodeURIComponent(phone)}`);
  const page = (await answer.json()) as { items: { kind: string; text: string }[] };
  const found = page.items.find((item) => item.kind === kind);
  check(found, `no ${kind} to ${phone}`);
  return found.text;
}

async function signIn(phone: string) {
  const sent = await of(anybody.POST("/v1/auth/codes", { body: { phone } }));
  const code = (await newestMessage(phone, "code.sign_in")).match(/\d{6}/)?.[0];
  check(code, "no code");
  const body = { phone, code, challenge: sent.challenge };
  const tokens = await of(anybody.POST("/v1/auth/tokens", { body }));
  return createClient<paths>({
    baseUrl: address,
    headers: { Authorization: `Bearer ${tokens.access_token}` },
  });
}

/** Name the view of a wish; the compiler knows that there are four. */
function viewOf(wish: AnyWish): string {
  switch (wish.view) {
    case "public":
      return `${wish.view} ${wish.community_name}`;
    case "helper":
      return `${wish.view} ${wish.phone}`;
    case "owner":
      return `${wish.view} ${wish.claims.length}`;
    case "staff":
      return `${wish.view} ${wish.person_id}`;
    default: {
      const none: never = wish;
      return none;
    }
  }
}

function isPublic(ticket: AnyTicket): boolean {
  return ticket.view === "public";
}

const resident = await signIn("+8613900000101");
const staff = await signIn("+8613900000002");
const helper = await signIn("+8613900000011");
const late = await signIn("+8613900000014");

// The wall, for anybody and for somebody: the token is optional.
const query = { place: PLACE, limit: 2 };
const wall = await of(anybody.GET("/v1/wishes", { params: { query } }));
check(wall.items.every((wish) => wish.view === "public"), "the wall is public");
check(wall.next, "the wall has a next page");
const more = await of(anybody.GET("/v1/wishes", { params: { query: { ...query, cursor: wall.next } } }));
check(more.items[0]!.id !== wall.items[0]!.id, "the next page is another");
const open = await of(
  helper.GET("/v1/wishes", { params: { query: { place: PLACE, state: ["open", "claimed"] } } }),
);
check(open.items.some((wish) => wish.moves.includes("claim")), "a volunteer may claim");

// A wish, twice with one key.
const today = (await of(anybody.GET("/healthz"))) && new Date();
const day = new Date(today.getTime() + 14 * 86_400_000).toISOString().slice(0, 10);
const filed = () =>
  of(
    resident.POST("/v1/wishes", {
      params: { header: { "Idempotency-Key": "walk-1" } },
      body: { kind: "goods", title: "一个电热水壶", budget_fen: 12_000, needed_by: day },
    }),
  );
const wish = await filed();
check((await filed()).id === wish.id, "the same wish");
const params = { path: { wish_id: wish.id } };

// Staff see it in a list, whose ETag the move names.
const queue = await of(staff.GET("/v1/admin/queue", { params: { query: { place: PLACE, limit: 100 } } }));
const task = queue.items.find((item) => item.id === wish.id);
check(task?.kind === "wish.approve" && task.etag, "it waits for approval");
const stale = await staff.POST("/v1/wishes/{wish_id}/approve", {
  params: { ...params, header: { "If-Match": '"99.0"' } },
  body: {},
});
check(stale.response.status === 412 && stale.error, "412");
await of(
  staff.POST("/v1/wishes/{wish_id}/approve", {
    params: { ...params, header: { "If-Match": task.etag } },
    body: {},
  }),
);

// Unchanged: 304.
const seen = await anybody.GET("/v1/wishes/{wish_id}", { params });
const etag = seen.response.headers.get("ETag");
check(etag, "an ETag");
const unchanged = await anybody.GET("/v1/wishes/{wish_id}", {
  params: { ...params, header: { "If-None-Match": etag } },
});
check(unchanged.response.status === 304, "304");

// One claims, another comes too late and is shown others.
const claimed = await of(helper.POST("/v1/wishes/{wish_id}/claim", { params, body: {} }));
check(claimed.view === "helper" && claimed.phone === "+8613900000101", viewOf(claimed));
const tooLate = await late.POST("/v1/wishes/{wish_id}/claim", { params, body: {} });
check(tooLate.response.status === 409 && tooLate.error, "409");
check(tooLate.error.code === "wish.already_claimed", tooLate.error.code);
const again = await staff.POST("/v1/wishes/{wish_id}/approve", { params, body: {} });
check(again.error?.code === "wish.wrong_state", "409 of the state");
check(again.error.moves?.includes("release"), "with the moves that there are");

// The code at the door, and thanks.
const code = (await newestMessage("+8613900000101", "wish.claimed")).match(/\d{4}/)?.[0];
check(code, "a delivery code");
await of(helper.POST("/v1/wishes/{wish_id}/deliver", { params, body: { code } }));
const thanked = await of(
  resident.POST("/v1/wishes/{wish_id}/confirm", { params, body: { rating: 5, thanks: "谢谢" } }),
);
check(thanked.view === "owner" && thanked.state === "fulfilled", viewOf(thanked));

// A problem: reported, accepted, solved.
const ticket = await of(
  resident.POST("/v1/tickets", {
    body: { category: "light", text: "楼道灯不亮", place: "chunhui.baihua.g01.b01" },
  }),
);
check(ticket.view === "reporter" && !isPublic(ticket), "its reporter sees it");
const one = { path: { ticket_id: ticket.id } };
const accepted = await of(staff.POST("/v1/tickets/{ticket_id}/accept", { params: one, body: {} }));
check(accepted.view === "staff" && accepted.state === "accepted", "accepted");
const solved = await of(
  staff.POST("/v1/tickets/{ticket_id}/resolve", { params: one, body: { note: "换了灯泡" } }),
);
check(solved.state === "resolved", "resolved");

// Refusals by code.
const nobody = await anybody.GET("/v1/me");
check(nobody.response.status === 401 && nobody.error?.code === "auth.token_missing", "401");
const wrong = await resident.POST("/v1/wishes", {
  body: { kind: "goods", title: "壶", needed_by: day },
});
check(wrong.response.status === 422 && wrong.error?.code === "body.invalid", "422");
check(wrong.error.errors?.some((field) => field.loc.includes("title")), "the field is named");

console.log(JSON.stringify({ wish: viewOf(thanked), ticket: solved.state }));

#include "server/apiserver/admission/webhook_refusal.h"

#include <catch2/catch.hpp>

using skiff::apiserver::webhook_refusal;

TEST_CASE("a webhook that answers with an error is quoted as client-go quotes it") {
    CHECK(webhook_refusal(403, "application/json", R"({"kind":"Status","apiVersion":"v1","status":"Failure","message":"not you","code":403})", true) == "not you");
    CHECK(webhook_refusal(404, "text/plain; charset=utf-8", "404 page not found\n", true) == "the server could not find the requested resource");
    CHECK(webhook_refusal(403, "text/plain", " go away \n", true) == "go away");
    CHECK(webhook_refusal(500, "", "say \"why\"\n", true) == R"(an error on the server ("say \"why\"") has prevented the request from succeeding)");
    CHECK(webhook_refusal(500, "application/json", "{}", true) == R"(an error on the server ("unknown") has prevented the request from succeeding)");
    CHECK(webhook_refusal(418, "", "", true) == "the server responded with the status code 418 but did not return more information");
}

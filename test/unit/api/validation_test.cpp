#include "api/validation.h"

#include <catch2/catch.hpp>

#include "api/names.h"
#include "api/status_object.h"
#include "json/write.h"

using namespace skiff;
using namespace skiff::api;

TEST_CASE("field errors have Kubernetes' wording") {
    FieldErrors errors;
    FieldPath spec("spec");
    errors.invalid(spec.child("replicas"), -1, "must be greater than or equal to 0");
    errors.required(spec.child("containers").index(0).child("name"), "");
    errors.not_supported(spec.child("type"), "x", {"A", "B"});
    errors.duplicate(spec.child("ports").index(1), json::Value::object({{"port", 1}}));
    errors.too_long(spec.key("a"), 5);
    errors.too_many(spec, 3, 1);
    errors.forbidden(spec, "no");
    std::vector<std::string> texts;
    for (const auto& cause : errors.causes()) texts.push_back(cause.field + ": " + cause.message);
    CHECK(texts == std::vector<std::string>{"spec.replicas: Invalid value: -1: must be greater than or equal to 0",
                                            "spec.containers[0].name: Required value",
                                            R"(spec.type: Unsupported value: "x": supported values: "A", "B")",
                                            R"(spec.ports[1]: Duplicate value: {"port":1})", "spec[a]: Too long: may not be more than 5 bytes",
                                            "spec: Too many: 3: must have at most 1 item", "spec: Forbidden: no"});
}

TEST_CASE("field errors become an Invalid status") {
    FieldErrors errors;
    errors.required(FieldPath("a"), "x");
    CHECK(errors.to_status("apps", "Deployment", "d").message() == R"(Deployment.apps "d" is invalid: a: Required value: x)");
    errors.required(FieldPath("b"), "x");
    Status status = errors.to_status("", "Pod", "p");
    CHECK(status.message() == R"(Pod "p" is invalid: [a: Required value: x, b: Required value: x])");
    CHECK(status.code() == 422);
    CHECK(json::write(status_object(status)["details"]) ==
          R"({"name":"p","kind":"Pod","causes":[{"reason":"FieldValueRequired","message":"Required value: x","field":"a"},)"
          R"({"reason":"FieldValueRequired","message":"Required value: x","field":"b"}]})");
    Status back = status_from_object(status_object(status), 422);
    CHECK(back.message() == status.message());
    CHECK(back.reason() == Reason::Invalid);
    CHECK(back.causes().size() == 2);
}

TEST_CASE("names are checked with Kubernetes' messages") {
    CHECK(check_dns1123_label("a-b").empty());
    CHECK(check_dns1123_label("a.b") == Complaints{"must not contain dots"});
    CHECK(check_dns1123_subdomain("A_b") ==
          Complaints{"a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with "
                     "an alphanumeric character (e.g. 'example.com', regex used for validation is "
                     "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"});
    CHECK(check_qualified_name("a b") ==
          Complaints{"name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
                     "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"});
    CHECK(check_qualified_name("example.com/x").empty());
    CHECK_FALSE(check_qualified_name("a/b/c").empty());
    CHECK(check_label_value("").empty());
    CHECK_FALSE(check_label_value("-x").empty());
    CHECK(check_port_number(0) == Complaints{"must be between 1 and 65535, inclusive"});
}

TEST_CASE("errors are kept up to a number and a size") {
    FieldErrors errors;
    const std::string large(100'000, 'x');
    for (int i = 0; i < 100; ++i) errors.invalid(FieldPath("a"), large, "");
    CHECK(errors.full());
    CHECK(errors.causes().size() < 15);
}

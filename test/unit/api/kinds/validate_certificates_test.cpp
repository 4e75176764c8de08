#include <catch2/catch.hpp>

#include "api/kinds/validate_status.h"
#include "json/parse.h"

using namespace skiff;

namespace {

std::string problems(void (*check)(const json::Value&, const json::Value&, api::FieldErrors&), const char* now, const char* old) {
    api::FieldErrors errors;
    check(*json::parse(now), *json::parse(old), errors);
    return errors.empty() ? "" : errors.to_status("certificates.k8s.io", "CertificateSigningRequest", "c").message();
}

constexpr const char* kNone = R"({"status":{}})";
constexpr const char* kApproved = R"({"status":{"conditions":[{"type":"Approved","status":"True"}]}})";

}  // namespace

TEST_CASE("approvers add verdicts, signers do not, and nobody takes one back") {
    CHECK(problems(api::kinds::validate_certificate_request_approval, kApproved, kNone).empty());
    CHECK(problems(api::kinds::validate_certificate_request_status, kApproved, kNone).find("updates may not add a condition of type \"Approved\"") != std::string::npos);
    CHECK(problems(api::kinds::validate_certificate_request_approval, kNone, kApproved).find("updates may not remove a condition of type \"Approved\"") != std::string::npos);
}

TEST_CASE("a certificate is PEM of certificates alone and is set once") {
    auto check = api::kinds::validate_certificate_request_status;
    CHECK(problems(check, R"({"status":{"certificate":"eA=="}})", kNone).find("must contain at least one CERTIFICATE PEM block") != std::string::npos);
    CHECK(problems(check, kNone, R"({"status":{"certificate":"eA=="}})").find("updates may not modify existing certificate content") != std::string::npos);
}

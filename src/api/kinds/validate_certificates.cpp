// CertificateSigningRequests: what may be asked for, what approvers and signers may write. Signatures are checked by the server (pki).
#include <algorithm>
#include <set>

#include <fmt/core.h>

#include "api/kinds/validate.h"
#include "api/kinds/validate_config.h"
#include "api/kinds/validate_status.h"
#include "base/encoding.h"
#include "base/strings.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

const FieldPath kSpec("spec"), kStatus("status");
constexpr std::string_view kLegacySigner = "kubernetes.io/legacy-unknown";

// In the order of Kubernetes' messages.
const std::vector<std::string> kUsages = {
    "any",           "cert sign",         "client auth",  "code signing", "content commitment", "crl sign", "data encipherment", "decipher only",
    "digital signature", "email protection", "encipher only", "ipsec end system", "ipsec tunnel", "ipsec user", "key agreement", "key encipherment",
    "microsoft sgc", "netscape sgc",      "ocsp signing", "s/mime",       "server auth",        "signing",  "timestamping"};

// Of each dotted part the first complaint's label only: the others would say the same.
void check_labels(const std::string& text, Complaints (*check)(std::string_view), const FieldPath& path, FieldErrors& errors) {
    auto labels = split(text, '.');
    if (labels.empty()) labels.emplace_back();
    for (const std::string& label : labels) {
        auto complaints = check(label);
        for (const auto& complaint : complaints) errors.invalid(path, text, "validating label \"" + label + "\": " + complaint);
        if (!complaints.empty()) return;
    }
}

void check_signer(const std::string& name, const FieldPath& path, FieldErrors& errors) {
    constexpr size_t kDomainMax = 253, kPathMax = 253 + 63 + 1, kMax = kDomainMax + kPathMax + 1;
    if (name.empty()) return errors.required(path, "");
    auto parts = split(name, '/');
    if (parts.size() != 2) return errors.invalid(path, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'");
    if (parts[0].size() > kDomainMax) errors.too_long(path, kDomainMax);
    check_labels(parts[0], check_dns1123_label, path, errors);
    if (parts[0].find('.') == std::string::npos) errors.invalid(path, parts[0], "should be a domain with at least two segments separated by dots");
    check_labels(parts[1], check_dns1123_subdomain, path, errors);
    if (name.size() > kMax) errors.too_long(path, kMax);
}

size_t count_of(const Value& object, std::string_view type) {
    const auto& conditions = object["status"]["conditions"].items();
    return static_cast<size_t>(std::count_if(conditions.begin(), conditions.end(), [&](const Value& c) { return c["type"].as_string() == type; }));
}

bool repeats(const Value& conditions) {
    std::set<std::string> types;
    return !std::all_of(conditions.items().begin(), conditions.items().end(), [&](const Value& c) { return types.insert(c["type"].as_string()).second; });
}

// What an older server let in stays allowed.
void check_conditions(const Value& object, const Value& old, FieldErrors& errors) {
    const Value& conditions = object["status"]["conditions"];
    const FieldPath path = kStatus.child("conditions");
    const bool both = count_of(old, "Approved") > 0 && count_of(old, "Denied") > 0, repeated = repeats(old["status"]["conditions"]), unnamed = count_of(old, "") > 0;
    std::set<std::string> types;
    for (size_t i = 0; i < conditions.size(); ++i) {
        const std::string& type = conditions[i]["type"].as_string();
        FieldPath at = path.index(i);
        if (type.empty() && !unnamed) errors.required(at.child("type"), "");
        bool decided = type == "Approved" || type == "Denied" || type == "Failed";
        const std::string& status = conditions[i]["status"].as_string();
        if (status.empty()) errors.required(at.child("status"), "");
        else if (decided && status != "True") errors.not_supported(at.child("status"), status, {"True"});
        else if (!decided && status != "True" && status != "False" && status != "Unknown") errors.not_supported(at.child("status"), status, {"False", "True", "Unknown"});
        if (!both && ((type == "Approved" && types.count("Denied")) || (type == "Denied" && types.count("Approved"))))
            errors.invalid(path, type, "Approved and Denied conditions are mutually exclusive");
        if (!types.insert(type).second && !repeated) errors.duplicate(at.child("type"), type);
    }
}

// The blocks of the chain; whether they hold certificates is asked by the server.
std::string certificate_problem(const std::string& pem) {
    constexpr std::string_view kBegin = "-----BEGIN ", kDashes = "-----";
    size_t blocks = 0;
    for (size_t at = pem.find(kBegin); at != std::string::npos; at = pem.find(kBegin, at)) {
        size_t from = at + kBegin.size(), end = pem.find(kDashes, from);
        if (end == std::string::npos) break;
        std::string type = pem.substr(from, end - from);
        size_t close = pem.find("-----END " + type, end);
        at = end;
        if (close == std::string::npos) continue;
        if (type != "CERTIFICATE") return "only CERTIFICATE PEM blocks are allowed, found \"" + type + "\"";
        if (pem.substr(end, close - end).find(':') != std::string::npos) return "no PEM block headers are permitted";
        ++blocks;
    }
    return blocks == 0 ? "must contain at least one CERTIFICATE PEM block" : "";
}

void check_written(const Value& object, const Value& old, bool approves, FieldErrors& errors) {
    const FieldPath path = kStatus.child("conditions"), certificate = kStatus.child("certificate");
    check_conditions(object, old, errors);
    const std::string text = object["status"]["certificate"].as_string(), before = old["status"]["certificate"].as_string();
    if (!text.empty() && text != before)
        if (std::string problem = certificate_problem(base64_decode(text).value_or("")); !problem.empty()) errors.invalid(certificate, "<certificate data>", problem);
    for (auto type : {"Approved", "Denied", "Failed"})
        if (count_of(object, type) < count_of(old, type)) errors.forbidden(path, fmt::format("updates may not remove a condition of type \"{}\"", type));
    if (!approves)
        for (auto type : {"Approved", "Denied"})
            if (count_of(object, type) > count_of(old, type)) errors.forbidden(path, fmt::format("updates may not add a condition of type \"{}\"", type));
    if (text != before && !before.empty()) errors.forbidden(certificate, "updates may not modify existing certificate content");
}

}  // namespace

void validate_certificate_request(const Value& object, FieldErrors& errors) {
    constexpr int64_t kSecondsMin = 600;
    const Value& spec = object["spec"];
    std::string pem = base64_decode(spec["request"].as_string()).value_or("");
    if (pem.find("-----BEGIN CERTIFICATE REQUEST-----") == std::string::npos)
        errors.invalid(kSpec.child("request"), spec["request"], "PEM block type must be CERTIFICATE REQUEST");
    const Value& usages = spec["usages"];
    if (usages.size() == 0) errors.required(kSpec.child("usages"), "");
    std::set<std::string> seen;
    for (size_t i = 0; i < usages.size(); ++i)
        if (std::find(kUsages.begin(), kUsages.end(), usages[i].as_string()) == kUsages.end()) errors.not_supported(kSpec.child("usages").index(i), usages[i], kUsages);
    for (size_t i = 0; i < usages.size(); ++i)
        if (!seen.insert(usages[i].as_string()).second) errors.duplicate(kSpec.child("usages").index(i), usages[i]);
    const std::string& signer = spec["signerName"].as_string();
    if (signer == kLegacySigner) errors.invalid(kSpec.child("signerName"), signer, "the legacy signerName is not allowed via this API version");
    else check_signer(signer, kSpec.child("signerName"), errors);
    const Value& seconds = spec["expirationSeconds"];
    if (seconds.is_int() && seconds.as_int() < kSecondsMin)
        errors.invalid(kSpec.child("expirationSeconds"), seconds, "may not specify a duration less than 600 seconds (10 minutes)");
}

void validate_certificate_request_status(const Value& object, const Value& old, FieldErrors& errors) { check_written(object, old, false, errors); }
void validate_certificate_request_approval(const Value& object, const Value& old, FieldErrors& errors) { check_written(object, old, true, errors); }

}  // namespace skiff::api::kinds

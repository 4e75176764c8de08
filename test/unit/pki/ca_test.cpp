#include "pki/ca.h"

#include <catch2/catch.hpp>

using namespace skiff;
using namespace skiff::pki;

namespace {
const WallTime kNow{std::chrono::seconds(1'750'000'000)};
constexpr std::chrono::hours kDay{24};
}  // namespace

TEST_CASE("an issued certificate carries its names, is backdated and verifies for its purpose only") {
    const auto ca = CertificateAuthority::create("skiff-server-ca", kNow);
    REQUIRE(ca.ok());
    IssueOptions options;
    options.names = {"kube-apiserver", {"system:masters", "second"}, {"kubernetes", "*.example.org"}, {"10.43.0.1", "::1"}};
    options.server_auth = true;
    const auto pair = ca->issue(options, kNow);
    REQUIRE(pair.ok());
    const auto info = parse_certificate(pair->certificate_pem);
    REQUIRE(info.ok());
    CHECK(info->names.common_name == "kube-apiserver");
    CHECK(info->names.organizations == std::vector<std::string>{"system:masters", "second"});
    CHECK(info->names.dns == std::vector<std::string>{"kubernetes", "*.example.org"});
    CHECK(info->names.ips == std::vector<std::string>{"10.43.0.1", "::1"});
    CHECK(info->issuer_common_name == "skiff-server-ca");
    CHECK(info->not_before_s == 1'750'000'000 - 3600);
    CHECK(info->not_after_s == 1'750'000'000 + 365 * 86400);
    CHECK(info->server_auth);
    CHECK_FALSE(info->client_auth);
    CHECK_FALSE(info->is_ca);
    CHECK(info->sha256_hex.size() == 64);
    CHECK(verify_certificate(pair->certificate_pem, ca->certificate_pem(), kNow, Purpose::Server).ok());
    CHECK_FALSE(verify_certificate(pair->certificate_pem, ca->certificate_pem(), kNow, Purpose::Client).ok());
    CHECK_FALSE(verify_certificate(pair->certificate_pem, ca->certificate_pem(), kNow + 366 * kDay, Purpose::Server).ok());
    CHECK_FALSE(verify_certificate(pair->certificate_pem, ca->certificate_pem(), kNow - 2 * std::chrono::hours(1), Purpose::Server).ok());
    CHECK_FALSE(needs_renewal(*info, kNow));
    CHECK(needs_renewal(*info, kNow + 300 * kDay));
}

TEST_CASE("a certificate of another CA of the same name does not verify") {
    const auto ours = CertificateAuthority::create("ca", kNow), theirs = CertificateAuthority::create("ca", kNow);
    const auto pair = theirs->issue({.names = {"admin", {"system:masters"}, {}, {}}, .client_auth = true}, kNow);
    REQUIRE(pair.ok());
    CHECK(verify_certificate(pair->certificate_pem, ours->certificate_pem(), kNow, Purpose::Client).reason() == Reason::Unauthorized);
    CHECK(verify_certificate(pair->certificate_pem, ours->certificate_pem() + theirs->certificate_pem(), kNow, Purpose::Client).ok());
}

TEST_CASE("a CA is loaded again from its files, and a wrong key is refused") {
    const auto ca = CertificateAuthority::create("ca", kNow), other = CertificateAuthority::create("ca", kNow);
    const auto loaded = CertificateAuthority::load(ca->certificate_pem(), ca->key_pem());
    REQUIRE(loaded.ok());
    const auto pair = loaded->issue({.names = {"x", {}, {}, {}}, .client_auth = true}, kNow);
    CHECK(verify_certificate(pair->certificate_pem, ca->certificate_pem(), kNow, Purpose::Client).ok());
    CHECK_FALSE(CertificateAuthority::load(ca->certificate_pem(), other->key_pem()).ok());
    CHECK_FALSE(CertificateAuthority::load(pair->certificate_pem, pair->key_pem).ok());
    CHECK(parse_certificate(ca->certificate_pem())->is_ca);
}

TEST_CASE("no certificate outlives its CA") {
    const auto ca = CertificateAuthority::create("ca", kNow, 10 * kDay);
    const auto pair = ca->issue({.names = {"x", {}, {}, {}}}, kNow);
    CHECK(parse_certificate(pair->certificate_pem)->not_after_s == 1'750'000'000 + 10 * 86400);
    CHECK_FALSE(ca->issue({.names = {"x", {}, {}, {}}}, kNow + 11 * kDay).ok());
}

TEST_CASE("a signing request is read, checked against its own key, and signed on our terms") {
    const auto key = PrivateKey::generate();
    const auto csr = make_csr(*key, {"system:node:a", {"system:nodes"}, {"a"}, {"10.0.0.1"}});
    REQUIRE(csr.ok());
    const auto info = parse_csr(*csr);
    REQUIRE(info.ok());
    CHECK(info->names.common_name == "system:node:a");
    CHECK(info->names.organizations == std::vector<std::string>{"system:nodes"});
    CHECK(info->names.dns == std::vector<std::string>{"a"});
    CHECK(info->names.ips == std::vector<std::string>{"10.0.0.1"});
    CHECK(info->public_key_pem == key->public_key().pem());
    const auto ca = CertificateAuthority::create("ca", kNow);
    const auto signed_pem = ca->sign(info->public_key_pem, {.names = {"system:node:a", {"system:nodes"}, {}, {}}, .client_auth = true}, kNow);
    REQUIRE(signed_pem.ok());
    CHECK(parse_certificate(*signed_pem)->names.dns.empty());
    std::string broken = *csr;
    broken[broken.size() / 2] = broken[broken.size() / 2] == 'A' ? 'B' : 'A';
    CHECK_FALSE(parse_csr(broken).ok());
}

TEST_CASE("names that would smuggle in others and texts that are no PEM are refused") {
    const auto ca = CertificateAuthority::create("ca", kNow);
    for (const char* name : {"", "a,DNS:b", "a\nb", "a:b"}) CHECK_FALSE(ca->issue({.names = {"x", {}, {name}, {}}}, kNow).ok());
    for (const char* ip : {"", "1.2.3", "1.2.3.4,DNS:b"}) CHECK_FALSE(ca->issue({.names = {"x", {}, {}, {ip}}}, kNow).ok());
    CHECK_FALSE(parse_certificate("").ok());
    CHECK_FALSE(parse_certificate("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").ok());
    CHECK_FALSE(parse_csr("nonsense").ok());
    CHECK_FALSE(PrivateKey::from_pem("nonsense").ok());
}

#include <algorithm>

#include "api/timestamp.h"
#include "base/encoding.h"
#include "base/strings.h"
#include "cli/command.h"
#include "cli/flags.h"
#include "cli/kubectl/describe_page.h"
#include "cli/kubectl/tab_text.h"
#include "cli/kubectl/verb.h"
#include "cli/terminal.h"
#include "json/write.h"
#include "pki/join_token.h"

namespace skiff::cli {

namespace {

constexpr const char* kType = "bootstrap.kubernetes.io/token";
constexpr const char* kDefaultGroup = "system:bootstrappers:skiff:default-node-token";
const api::Gvr kSecrets{"", "v1", "secrets"};

struct TokenFlags {
    kubectl::Connect connect;
    std::string ttl = "24h0m0s", description, output;
    std::vector<std::string> usages = {"signing", "authentication"}, groups = {kDefaultGroup};
};

// The long form: it carries the hash of the server's CA, so that the first contact is safe.
Result<std::string> long_form(kubectl::Session& session, const std::string& token) {
    pki::JoinToken join;
    const auto bundle = TRY(session.text({"GET", "/cacerts", "", "application/json", "*/*"}));
    join.ca_sha256_hex = pki::ca_bundle_sha256(bundle);
    join.bootstrap = true;
    join.secret = token;
    return join.text();
}

Status create(kubectl::Session& session, const TokenFlags& flags, const std::vector<std::string>& words) {
    auto token = pki::random_bootstrap_token();
    if (words.size() > 1 && !pki::parse_bootstrap_token(words[1], token))
        return error(Reason::BadRequest, "\"{}\" is no bootstrap token: it is six characters, a dot and sixteen characters of a-z and 0-9; `skiff token generate` makes one", words[1]);
    const auto ttl = api::parse_duration(flags.ttl == "0" ? "0s" : flags.ttl);
    if (!ttl.ok()) return error(Reason::BadRequest, "--ttl {}: a duration like 24h or 30m, 0 for no end", flags.ttl);
    auto data = json::Value::object({{"token-id", token.id}, {"token-secret", token.secret}});
    if (!flags.description.empty()) data.set("description", flags.description);
    if (*ttl > Duration(0)) data.set("expiration", api::format_time(Clock::system().now() + *ttl));
    for (const auto& usage : flags.usages) {
        if (usage != "signing" && usage != "authentication") return error(Reason::BadRequest, "--usages {}: signing or authentication", usage);
        data.set("usage-bootstrap-" + usage, "true");
    }
    if (!flags.groups.empty()) data.set("auth-extra-groups", join(flags.groups, ","));
    const auto secret = json::Value::object({{"apiVersion", "v1"}, {"kind", "Secret"}, {"type", kType}, {"metadata", json::Value::object({{"name", "bootstrap-token-" + token.id}, {"namespace", "kube-system"}})}, {"stringData", std::move(data)}});
    TRY(session.ask({"POST", kubectl::api_path(kSecrets, "kube-system"), json::write(secret)}));
    const auto text = token.id + "." + token.secret;
    const auto full = long_form(session, text);
    print((full.ok() ? *full : text) + "\n");
    return {};
}

Status list(kubectl::Session& session, const TokenFlags& flags) {
    net::Query query;
    query.add("fieldSelector", std::string("type=") + kType);
    const auto found = TRY(session.get(kubectl::api_path(kSecrets, "kube-system", "", "", query)));
    auto objects = json::Value::array();
    std::string text = "TOKEN\tTTL\tEXPIRES\tUSAGES\tDESCRIPTION\tEXTRA GROUPS\n";
    for (const auto& secret : found["items"].items()) {
        const auto field = [&](const std::string& name) { return base64_decode(secret["data"][name].as_string()).value_or(""); };
        std::vector<std::string> usages;
        for (const char* usage : {"authentication", "signing"})
            if (field(std::string("usage-bootstrap-") + usage) == "true") usages.emplace_back(usage);
        const auto expires = field("expiration");
        std::string ttl = "<forever>";
        if (const auto end = api::parse_time(expires)) ttl = *end <= Clock::system().now() ? "<invalid>" : api::human_duration(*end - Clock::system().now());
        const auto token = field("token-id") + "." + field("token-secret");
        const auto none = [](const std::string& value) { return value.empty() ? std::string("<none>") : value; };
        text += token + "\t" + ttl + "\t" + (expires.empty() ? "<never>" : expires) + "\t" + none(join(usages, ",")) + "\t" + none(field("description")) + "\t" + none(field("auth-extra-groups")) + "\n";
        objects.push_back(json::Value::object({{"token", token}, {"expires", expires}, {"description", field("description")}, {"groups", field("auth-extra-groups")}}));
    }
    print(flags.output == "json" ? json::write_pretty(objects) + "\n" : kubectl::align(text));
    return {};
}

Status remove(kubectl::Session& session, const std::vector<std::string>& words) {
    if (words.size() < 2) return error(Reason::BadRequest, "`skiff token delete` needs a token or its first six characters");
    for (size_t i = 1; i < words.size(); ++i) {
        // The long form, the short form or the id.
        auto id = words[i].substr(words[i].rfind(':') == std::string::npos ? 0 : words[i].rfind(':') + 1);
        id = id.substr(0, id.find('.'));
        auto done = session.ask({"DELETE", kubectl::api_path(kSecrets, "kube-system", "bootstrap-token-" + id)});
        if (!done.ok() && done.status().reason() == Reason::NotFound) return error(Reason::NotFound, "there is no token {}; `skiff token list` shows all", id);
        if (!done.ok()) return done.status();
        print(fmt::format("bootstrap token \"{}\" deleted\n", id));
    }
    return {};
}

Status run(const TokenFlags& flags, const std::vector<std::string>& words) {
    const auto verb = words.empty() ? std::string() : words[0];
    if (verb == "generate") {
        const auto token = pki::random_bootstrap_token();
        print(token.id + "." + token.secret + "\n");
        return {};
    }
    if (verb != "create" && verb != "list" && verb != "delete") {
        const auto near = nearest(verb, {"create", "list", "delete", "generate"});
        return error(Reason::BadRequest, "unknown command \"{}\"{}", verb, near.empty() ? "; one of create, list, delete, generate" : "; did you mean \"" + near + "\"?");
    }
    auto session = TRY(kubectl::Session::open(flags.connect));
    if (verb == "create") return create(*session, flags, words);
    return verb == "list" ? list(*session, flags) : remove(*session, words);
}

}  // namespace

int cmd_token(const std::vector<std::string>& args) {
    TokenFlags token;
    FlagSet flags("token");
    flags.add({"kubeconfig", 0, &token.connect.kubeconfig, "kubeconfig of an administrator", "Options", "", "FILE"});
    flags.add({"ttl", 0, &token.ttl, "create: how long it is good for; 0 for ever", "Options", "", "DURATION"});
    flags.add({"description", 0, &token.description, "create: what it is for", "Options", "", "TEXT"});
    flags.add({"usages", 0, &token.usages, "create: signing, authentication", "Options", "", "LIST"});
    flags.add({"groups", 0, &token.groups, "create: groups of those who come with it", "Options", "", "LIST"});
    flags.add({"output", 'o', &token.output, "list: json", "Options", "", "FORMAT"});
    if (wants_help(args) || args.empty()) return print(std::string(help_text("token")) + "\n" + flags.help()), args.empty() ? 2 : 0;
    auto words = flags.parse(args);
    if (!words.ok()) return fail("token", words.status());
    const auto done = run(token, *words);
    return done.ok() ? 0 : fail("token", done);
}

}  // namespace skiff::cli

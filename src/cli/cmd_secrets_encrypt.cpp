#include <algorithm>
#include <chrono>
#include <thread>

#include "cli/command.h"
#include "cli/flags.h"
#include "cli/kubectl/session.h"
#include "cli/terminal.h"
#include "json/write.h"

namespace skiff::cli {

namespace {

constexpr const char* kPath = "/v1-skiff/secrets-encrypt";
constexpr auto kAskAgain = std::chrono::milliseconds(100);

std::string status_text(const json::Value& status) {
    std::string out = std::string("Encryption Status: ") + (status["enabled"].as_bool() ? "Enabled" : "Disabled") + "\n";
    out += "Current Rotation Stage: " + status["stage"].as_string() + "\n";
    if (!status["error"].as_string().empty()) out += "Error: " + status["error"].as_string() + "\n";
    if (status["keys"].size() == 0) return out;
    out += "\nActive  Key Type     Name              Created\n------  -----------  ----------------  --------------------\n";
    for (const auto& key : status["keys"].items())
        out += fmt::format(" {}      AES-256-GCM  {}  {}\n", status["enabled"].as_bool() && key["id"] == status["active"] ? "*" : " ", key["id"].as_string(), key["created"].as_string());
    return out;
}

Status run(const kubectl::Connect& connect, const std::string& output, const std::vector<std::string>& words) {
    const std::vector<std::string> verbs = {"status", "enable", "disable", "rotate-keys", "reencrypt"};
    const auto verb = words.size() == 1 ? words[0] : std::string();
    if (std::find(verbs.begin(), verbs.end(), verb) == verbs.end()) return error(Reason::BadRequest, "one of status, enable, disable, rotate-keys, reencrypt");
    auto session = TRY(kubectl::Session::open(connect));
    if (verb == "status") {
        const auto status = TRY(session->get(kPath));
        print(output == "json" ? json::write_pretty(status) + "\n" : status_text(status));
        return {};
    }
    auto status = TRY(session->ask({"POST", std::string(kPath) + "?action=" + verb}));
    while (status["stage"].as_string() == "reencrypt_active") {
        std::this_thread::sleep_for(kAskAgain);   // the server does not tell by itself, and this is a person's command
        status = TRY(session->get(kPath));
    }
    if (status["stage"].as_string() != "reencrypt_finished") return error(Reason::InternalError, "the Secrets were not all rewritten: {}; try `skiff secrets-encrypt reencrypt`", status["error"].as_string());
    print(status_text(status));
    return {};
}

}  // namespace

int cmd_secrets_encrypt(const std::vector<std::string>& args) {
    kubectl::Connect connect;
    std::string output;
    FlagSet flags("secrets-encrypt");
    flags.add({"kubeconfig", 0, &connect.kubeconfig, "kubeconfig of an administrator", "Options", "", "FILE"});
    flags.add({"output", 'o', &output, "status: json", "Options", "", "FORMAT"});
    if (wants_help(args) || args.empty()) return print(std::string(help_text("secrets-encrypt")) + "\n" + flags.help()), args.empty() ? 2 : 0;
    auto words = flags.parse(args);
    if (!words.ok()) return fail("secrets-encrypt", words.status());
    const auto done = run(connect, output, *words);
    return done.ok() ? 0 : fail("secrets-encrypt", done);
}

}  // namespace skiff::cli

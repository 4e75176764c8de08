#include <filesystem>

#include "agent/images/image_socket.h"
#include "base/strings.h"
#include "cli/command.h"
#include "cli/flags.h"
#include "cli/kubectl/tab_text.h"
#include "cli/node_setup.h"
#include "cli/terminal.h"

namespace skiff::cli {

namespace {

namespace images = agent::images;

struct ImageFlags {
    std::string data_dir = "/var/lib/skiff", state_dir, credentials;
    bool quiet = false;
};

std::string size_text(int64_t bytes) {
    if (bytes >= 1'000'000'000) return fmt::format("{:.1f}GB", static_cast<double>(bytes) / 1e9);
    if (bytes >= 1'000'000) return fmt::format("{:.1f}MB", static_cast<double>(bytes) / 1e6);
    return fmt::format("{:.1f}kB", static_cast<double>(bytes) / 1e3);
}

// One line that is written over on a terminal; in a pipe each phase once.
class ProgressLine {
public:
    void operator()(const images::Progress& progress) {
        auto what = progress.what;
        if (what.starts_with("sha256:")) what = what.substr(7, 12);
        if (!is_terminal(2)) {
            if (what != last_) print_error(what + "\n");
            last_ = what;
            return;
        }
        auto text = what;
        if (progress.total_bytes > 0)
            text += fmt::format("  {} of {} ({}%)", size_text(progress.done_bytes), size_text(progress.total_bytes), progress.done_bytes * 100 / progress.total_bytes);
        print_error("\r\033[K" + text);
        shown_ = true;
    }
    ~ProgressLine() {
        if (shown_) print_error("\r\033[K");
    }

private:
    std::string last_;
    bool shown_ = false;
};

std::string first_name(const json::Value& image) {
    const auto& tag = image["tags"][0].as_string();
    return tag.empty() ? image["digests"][0].as_string(image["id"].as_string()) : tag;
}

void print_list(const json::Value& list, bool quiet) {
    std::vector<std::vector<std::string>> rows;
    if (!quiet) rows.push_back({"IMAGE", "TAG", "IMAGE ID", "SIZE"});
    for (const auto& image : list.items()) {
        const auto id = image["id"].as_string();
        const auto brief = id.starts_with("sha256:") ? id.substr(7, 13) : id;
        if (quiet) {
            rows.push_back({id});
            continue;
        }
        if (image["tags"].size() == 0) {
            const auto& digest = image["digests"][0].as_string();
            rows.push_back({digest.empty() ? "<none>" : digest.substr(0, digest.find('@')), "<none>", brief, size_text(image["size"].as_int())});
        }
        for (const auto& tag : image["tags"].items()) {
            const auto colon = tag.as_string().rfind(':');
            rows.push_back({tag.as_string().substr(0, colon), tag.as_string().substr(colon + 1), brief, size_text(image["size"].as_int())});
        }
    }
    print(kubectl::Columns().lines(rows));
}

Result<json::Value> ask(const ImageFlags& flags, const json::Value& request) {
    NodeFlags node;
    node.state_dir = flags.state_dir;
    ProgressLine line;
    auto answer = images::ask_images(images::image_socket_path(state_dir_for(node, flags.data_dir)), request, [&](const images::Progress& progress) { line(progress); });
    if (answer.ok()) return answer;
    const auto& status = answer.status();
    if (status.reason() == Reason::Forbidden && contains(status.message(), "no agent answers")) return error(status.reason(), "{}; run it as root", status.message());
    if (status.reason() == Reason::ServiceUnavailable && contains(status.message(), "no agent answers"))
        return error(status.reason(), "{}. Start skiff on this machine first, or name its --data-dir (archives in {}/agent/images are imported at start)", status.message(), flags.data_dir);
    return answer;
}

Status run(const ImageFlags& flags, const std::vector<std::string>& words) {
    const auto verb = words.empty() ? std::string("list") : words[0];
    if (verb == "list" || verb == "ls") {
        print_list(TRY(ask(flags, json::Value::object({{"verb", "list"}}))), flags.quiet);
        return {};
    }
    const std::vector<std::string> known = {"pull", "list", "rm", "import"};
    const bool pull = verb == "pull", remove = verb == "rm" || verb == "remove", import = verb == "import";
    if (!pull && !remove && !import) {
        const auto near = nearest(verb, known);
        return error(Reason::BadRequest, "unknown command \"{}\"{}", verb, near.empty() ? "; one of pull, list, rm, import" : "; did you mean \"" + near + "\"?");
    }
    if (words.size() < 2) return error(Reason::BadRequest, "`skiff image {}` needs {}", verb, import ? "an archive" : "an image");
    for (size_t i = 1; i < words.size(); ++i) {
        auto request = json::Value::object({{"verb", remove ? "remove" : verb}, {"reference", words[i]}});
        if (import) {
            std::error_code failed;
            // The agent opens it: its working folder is another.
            request.set("path", std::filesystem::absolute(words[i], failed).string());
            if (!std::filesystem::is_regular_file(words[i], failed)) return error(Reason::NotFound, "{} is no file", words[i]);
        }
        if (pull && !flags.credentials.empty()) {
            request.set("username", flags.credentials.substr(0, flags.credentials.find(':')));
            request.set("password", flags.credentials.substr(std::min(flags.credentials.size(), flags.credentials.find(':') + 1)));
        }
        const auto done = TRY(ask(flags, request));
        for (const auto& image : done.items()) print(fmt::format("{} {} ({})\n", import ? "imported" : "pulled", first_name(image), size_text(image["size"].as_int())));
        if (remove) print("removed " + words[i] + "\n");
        std::fflush(stdout);
    }
    return {};
}

}  // namespace

int cmd_image(const std::vector<std::string>& args) {
    ImageFlags image;
    FlagSet flags("image");
    flags.add({"data-dir", 'd', &image.data_dir, "data of the server or agent", "Options", "SKIFF_DATA_DIR", "DIR"});
    flags.add({"state-dir", 0, &image.state_dir, "folder of its sockets, when it was given to the server or agent", "Options", "", "DIR"});
    flags.add({"creds", 0, &image.credentials, "credentials of the registry for a pull", "Options", "", "USER:PASSWORD"});
    flags.add({"quiet", 'q', &image.quiet, "list: only ids"});
    if (wants_help(args)) return print(std::string(help_text("image")) + "\n" + flags.help()), 0;
    auto words = flags.parse(args);
    if (!words.ok()) return fail("image", words.status());
    const auto done = run(image, *words);
    return done.ok() ? 0 : fail("image", done);
}

}  // namespace skiff::cli

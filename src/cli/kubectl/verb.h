// Verb: one kubectl command; Call: one invocation of it. A verb is a file with a function `Status run(Call&)` and a line in verbs.cpp.
//
// Lifecycle of a verb: add its flags to call.options, call.parse(), then work with call.words, call.session(). An error that it returns is
// printed as kubectl prints it and the exit status is 1; call.leave(code) ends it silently with another status. One thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "cli/kubectl/options.h"
#include "cli/kubectl/session.h"

namespace skiff::cli::kubectl {

class Call;

struct Verb {
    const char* name;
    const char* summary;                    // one line
    const char* usage;                      // after "kubectl ": "get TYPE [NAME] [flags]"
    Status (*run)(Call& call) = nullptr;    // null: only a group of verbs
    std::vector<Verb> children = {};
    const char* examples = "";
};

class Call {
public:
    Call(const Verb& verb, std::string path, std::vector<std::string> args);

    Options options;
    Connect connect;                        // --kubeconfig, -n, ...
    // Reads the flags. On --help it prints the help and returns a Status that leaves with 0.
    Status parse();
    std::vector<std::string> words;
    std::optional<size_t> dash;             // words before "--"
    // The words after "--", taken out of words.
    std::vector<std::string> take_command();

    // Connects at the first call.
    Result<Session*> session();
    const std::string& path() const { return path_; }   // "create deployment"
    const Verb& verb() const { return verb_; }

    // Returned by run() to end with this exit status and no message.
    Status leave(int code);
    // "error: text\nSee 'kubectl x -h' for help and examples"
    Status usage_error(std::string text) const;
    // Prints an error now and remembers that the exit status is 1; for verbs that go on with the next object.
    void complain(const Status& status);
    // Prints what run() returned, if it must; the exit status.
    int finish(const Status& status);

private:
    const Verb& verb_;
    std::string path_;
    std::vector<std::string> args_;
    std::unique_ptr<Session> session_;
    bool help_ = false, leaving_ = false;
    int code_ = 0;
};

// All verbs, in the order of the overview.
const std::vector<Verb>& verbs();
// Runs `kubectl args...`; the exit status.
int run_kubectl(const std::vector<std::string>& args);
// kubectl's text for an error: "Error from server (NotFound): ...", "error: ...", "The Pod \"x\" is invalid: ...".
std::string error_text(const Status& status);
// A failure on our side, not the server's.
template <typename... Args>
Status local_error(fmt::format_string<Args...> format, Args&&... args) {
    return Status(Reason::Unknown, fmt::format(format, std::forward<Args>(args)...));
}
// Turns an error of parsing or files into one of ours.
Status as_local(const Status& status);

}  // namespace skiff::cli::kubectl

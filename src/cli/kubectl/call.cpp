#include "base/strings.h"
#include "cli/kubectl/verb.h"
#include "cli/kubectl/verb_list.h"
#include "cli/terminal.h"

namespace skiff::cli::kubectl {

Call::Call(const Verb& verb, std::string path, std::vector<std::string> args) : verb_(verb), path_(std::move(path)), args_(std::move(args)) {
    options.set_global(true);
    options.text("kubeconfig", 0, &connect.kubeconfig, "Path to the kubeconfig file to use for CLI requests.");
    options.text("context", 0, &connect.context, "The name of the kubeconfig context to use");
    options.text("cluster", 0, &connect.cluster, "The name of the kubeconfig cluster to use");
    options.text("user", 0, &connect.user, "The name of the kubeconfig user to use");
    options.text("namespace", 'n', &connect.ns, "If present, the namespace scope for this CLI request");
    options.text("server", 's', &connect.server, "The address and port of the Kubernetes API server");
    options.text("token", 0, &connect.token, "Bearer token for authentication to the API server");
    options.text("as", 0, &connect.as, "Username to impersonate for the operation.");
    options.list("as-group", 0, &connect.as_groups, "Group to impersonate for the operation, this flag can be repeated.");
    options.text("request-timeout", 0, &connect.request_timeout, "How long to wait before giving up on a single server request (1s, 2m, 3h; 0: no limit).");
    options.toggle("insecure-skip-tls-verify", 0, &connect.insecure, "If true, the server's certificate will not be checked for validity.");
    options.text("v", 'v', &connect.verbosity, "number for the log level verbosity");
    options.toggle("warnings-as-errors", 0, &connect.warnings_as_errors, "Treat warnings received from the server as errors and exit with a non-zero exit code");
    options.toggle("help", 'h', &help_, "Help for this command");
    options.set_global(false);
}

Status Call::parse() {
    auto parsed = options.parse(args_);
    if (!parsed.ok() && !help_) return local_error("{}\nSee 'kubectl {} --help' for usage.", parsed.status().message(), path_);
    if (help_) {
        std::string text = std::string(verb_.summary) + ".\n\n";
        if (*verb_.examples) text += "Examples:\n" + std::string(verb_.examples) + "\n\n";
        if (const auto flags = options.help(false); !flags.empty()) text += "Options:\n" + flags;
        text += "Usage:\n  kubectl " + std::string(verb_.usage) + "\n\nUse \"kubectl options\" for a list of global command-line options (applies to all commands).\n";
        print(text);
        return leave(0);
    }
    words = std::move(parsed->all);
    dash = parsed->dash;
    return {};
}

std::vector<std::string> Call::take_command() {
    if (!dash) return {};
    const auto from = words.begin() + static_cast<std::ptrdiff_t>(*dash);
    std::vector<std::string> command(from, words.end());
    words.erase(from, words.end());
    return command;
}

Result<Session*> Call::session() {
    if (!session_) session_ = TRY(Session::open(connect));
    return session_.get();
}

Status Call::leave(int code) {
    leaving_ = true;
    code_ = code;
    return Status(Reason::Unknown, "");
}

Status Call::usage_error(std::string text) const { return local_error("{}\nSee 'kubectl {} -h' for help and examples", text, path_); }

void Call::complain(const Status& status) {
    std::fflush(stdout);
    print_error(error_text(status));
    code_ = 1;
}

int Call::finish(const Status& status) {
    std::fflush(stdout);
    if (!status.ok() && !leaving_) complain(status);
    if (code_ == 0 && connect.warnings_as_errors && session_ && session_->warnings() > 0) {
        print_error(fmt::format("error: {} warning{} received\n", session_->warnings(), session_->warnings() == 1 ? "" : "s"));
        return 1;
    }
    return code_;
}

Status global_options(Call& call) {
    TRY(call.parse());
    print("The following options can be passed to any command:\n\n" + call.options.help(true));
    return {};
}

Status as_local(const Status& status) { return status.ok() ? Status() : Status(Reason::Unknown, status.message()); }

namespace {

// kubectl shows the causes of an Invalid answer instead of its message.
std::string invalid_text(const Status& status) {
    const auto& details = status.details();
    std::string text = "The request is invalid";
    if (!details.kind.empty() || !details.name.empty()) text = fmt::format("The {} \"{}\" is invalid", details.kind, details.name);
    else if (status.causes().empty()) return text + ": " + status.message();
    const auto one = [](const Cause& cause) { return cause.field.empty() ? cause.message : cause.field + ": " + cause.message; };
    if (status.causes().size() == 1) return text + ": " + one(status.causes()[0]);
    if (!status.causes().empty()) text += ": ";
    for (const auto& cause : status.causes()) text += "\n* " + one(cause);
    return text;
}

}  // namespace

std::string error_text(const Status& status) {
    auto text = status.message();
    if (status.reason() == Reason::Invalid) text = invalid_text(status);
    else if (status.reason() == Reason::Unauthorized && text == "Unauthorized") text = "error: You must be logged in to the server (Unauthorized)";
    else if (status.reason() == Reason::Unknown && status.code() >= 400 && status.details().kind == "server") text = "Error from server: " + text;
    else if (status.reason() == Reason::Unknown && !text.starts_with("The connection to the server")) text = "error: " + text;
    else if (status.reason() != Reason::Unknown) text = fmt::format("Error from server ({}): {}", reason_name(status.reason()), text);
    return text.ends_with('\n') ? text : text + "\n";
}

}  // namespace skiff::cli::kubectl

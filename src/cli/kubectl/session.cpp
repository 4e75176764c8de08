#include "cli/kubectl/session.h"

#include <algorithm>

#include "base/strings.h"
#include "cli/terminal.h"
#include "client/kubeconfig.h"
#include "client/resource_path.h"
#include "json/parse.h"

namespace skiff::cli::kubectl {

void add_common(FlagSet& flags, Common& common) {
    flags.add({"kubeconfig", 0, &common.kubeconfig, "kubeconfig file", "Connection", "", "FILE"});
    flags.add({"context", 0, &common.context, "context of the kubeconfig", "Connection", "", "NAME"});
    flags.add({"namespace", 'n', &common.ns, "namespace", "Connection", "", "NAME"});
    flags.add({"server", 's', &common.server, "address of the API server", "Connection", "", "URL"});
    flags.add({"token", 0, &common.token, "bearer token", "Connection", "", "TOKEN"});
}

Session::~Session() {
    client_.reset();
    if (io_) io_->stop();
}

Result<std::unique_ptr<Session>> Session::open(const Common& common) {
    auto paths = common.kubeconfig.empty() ? client::Kubeconfig::default_paths() : std::vector<std::string>{common.kubeconfig};
    auto config = TRY(client::Kubeconfig::load(paths));
    client::KubeconfigOverrides overrides;
    overrides.context = common.context;
    overrides.ns = common.ns;
    overrides.server = common.server;
    overrides.token = common.token;
    auto connection = TRY(config.resolve(overrides));
    connection.config.field_manager = "kubectl";
    std::unique_ptr<Session> session(new Session);
    session->io_ = std::make_unique<net::IoThreads>(1);
    session->ns_ = connection.ns;
    session->client_ = TRY(client::RemoteClient::create(*session->io_, std::move(connection.config)));
    return session;
}

Result<std::string> fetch(Session& session, const std::string& path, const std::string& accept) {
    client::RawRequest request;
    request.method = "GET";
    request.path = path;
    request.accept = accept;
    auto answer = TRY(session.client().raw(request));
    if (answer.code >= 400) return client::status_from_answer(answer.code, answer.body);
    return std::move(answer.body);
}

Status Session::add_group(const std::string& path) {
    const auto list = TRY(json::parse(TRY(fetch(*this, path))));
    const auto gv = api::GroupVersion::parse(list["groupVersion"].as_string());
    for (const auto& item : list["resources"].items()) {
        const auto& name = item["name"].as_string();
        if (contains(name, "/")) continue;
        Resource resource;
        resource.gvr = {gv.group, gv.version, name};
        resource.kind = item["kind"].as_string();
        resource.singular = item["singularName"].as_string();
        resource.namespaced = item["namespaced"].as_bool();
        for (const auto& word : item["shortNames"].items()) resource.short_names.push_back(word.as_string());
        for (const auto& word : item["categories"].items()) resource.categories.push_back(word.as_string());
        resources_.push_back(std::move(resource));
    }
    return {};
}

Status Session::discover() {
    if (!resources_.empty()) return {};
    TRY(add_group("/api/v1"));
    const auto groups = TRY(json::parse(TRY(fetch(*this, "/apis"))));
    // A group whose server is away must not hide the others.
    for (const auto& group : groups["groups"].items())
        (void)add_group("/apis/" + group["preferredVersion"]["groupVersion"].as_string()).ok();
    return {};
}

Result<std::vector<Resource>> Session::resolve(const std::string& words) {
    TRY(discover());
    std::vector<Resource> found;
    for (const auto& part : split(words, ',')) {
        const auto word = lower(part);
        const auto has = [&](const std::vector<std::string>& names) { return std::find(names.begin(), names.end(), word) != names.end(); };
        const auto before = found.size();
        for (const auto& resource : resources_) {
            if (has(resource.categories)) {
                found.push_back(resource);
                continue;
            }
            const auto suffix = "." + resource.gvr.group;
            const bool same = word == resource.gvr.resource || word == lower(resource.kind) || word == resource.singular || has(resource.short_names) ||
                              word == resource.gvr.resource + suffix || word == lower(resource.kind) + suffix ||
                              word == resource.gvr.resource + "." + resource.gvr.version + suffix;
            if (same && found.size() == before) {
                found.push_back(resource);
                break;
            }
        }
        if (found.size() == before) return error(Reason::Unknown, "the server doesn't have a resource type \"{}\"", part);
    }
    return found;
}

Result<Resource> Session::resolve_kind(const std::string& api_version, const std::string& kind) {
    TRY(discover());
    for (const auto& resource : resources_)
        if (resource.kind == kind && resource.gvr.api_version() == api_version) return resource;
    const auto gv = api::GroupVersion::parse(api_version);
    (void)gv;
    return error(Reason::Unknown, "no matches for kind \"{}\" in version \"{}\"", kind, api_version);
}

Result<std::vector<Session::Target>> Session::targets(const std::vector<std::string>& words) {
    std::vector<Target> found;
    if (words.empty()) return error(Reason::Unknown, "You must specify the type of resource.");
    if (contains(words[0], "/")) {
        for (const auto& word : words) {
            const auto parts = split(word, '/');
            if (parts.size() != 2) return error(Reason::Unknown, "arguments in resource/name form must have a single resource and name");
            found.push_back({TRY(resolve(parts[0])).front(), parts[1]});
        }
        return found;
    }
    for (auto& resource : TRY(resolve(words[0]))) {
        if (words.size() == 1) found.push_back({resource, ""});
        for (size_t i = 1; i < words.size(); ++i) found.push_back({resource, words[i]});
    }
    return found;
}

int report(const Status& status) {
    const auto reason = std::string(reason_name(status.reason()));
    print_error((reason.empty() ? "error: " : "Error from server (" + reason + "): ") + status.message() + "\n");
    return 1;
}

}  // namespace skiff::cli::kubectl

#include "cli/kubectl/sources.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <iterator>

#include "base/file.h"
#include "base/strings.h"
#include "json/yaml.h"
#include "net/blocking_client.h"

namespace skiff::cli::kubectl {

namespace {

bool is_url(const std::string& path) { return path.starts_with("http://") || path.starts_with("https://"); }

Result<std::string> download(const std::string& url) {
    auto client = net::BlockingClient::create({});
    if (!client.ok()) return client.status();
    net::BlockingRequest request;
    request.url = url;
    auto answer = (*client)->request(request);
    if (!answer.ok()) return error(Reason::Unknown, "unable to read URL \"{}\": {}", url, answer.status().message());
    if (answer->code != 200) return error(Reason::Unknown, "unable to read URL \"{}\", server reported status code={}", url, answer->code);
    return std::move(answer->body);
}

Status read_one(const std::string& path, std::vector<Manifest>& found) {
    const auto text = TRY(read_source(path));
    const auto source = path == "-" ? std::string("STDIN") : path;
    auto documents = json::parse_yaml_all(text);
    if (!documents.ok()) return error(Reason::Unknown, "error parsing {}: {}", source, documents.status().message());
    for (auto& document : *documents) {
        if (document.is_null()) continue;
        if (!document.is_object()) return error(Reason::Unknown, "error parsing {}: a document is not an object", source);
        const auto& kind = document["kind"].as_string();
        if (kind.empty()) return error(Reason::Unknown, "error validating \"{}\": error validating data: kind not set", source);
        if (document["apiVersion"].as_string().empty()) return error(Reason::Unknown, "error validating \"{}\": error validating data: apiVersion not set", source);
        if (kind.ends_with("List") && document["items"].is_array()) {
            for (const auto& item : document["items"].items()) found.push_back({item, source});
            continue;
        }
        found.push_back({std::move(document), source});
    }
    return {};
}

void list_folder(const std::string& path, bool recursive, std::vector<std::string>& files) {
    std::error_code failed;
    std::vector<std::filesystem::directory_entry> entries(std::filesystem::directory_iterator(path, failed), {});
    std::sort(entries.begin(), entries.end());
    for (const auto& entry : entries) {
        const auto end = entry.path().extension();
        if (entry.is_directory(failed)) {
            if (recursive) list_folder(entry.path(), true, files);
        } else if (end == ".yaml" || end == ".yml" || end == ".json") {
            files.push_back(entry.path());
        }
    }
}

}  // namespace

Result<std::string> read_source(const std::string& path) {
    if (path == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
    if (is_url(path)) return download(path);
    auto text = file::read(path);
    if (!text.ok() && text.status().reason() == Reason::NotFound) return error(Reason::Unknown, "the path \"{}\" does not exist", path);
    if (!text.ok()) return error(Reason::Unknown, "{}", text.status().message());
    return text;
}

Result<std::vector<Manifest>> read_manifests(const std::vector<std::string>& paths, bool recursive) {
    std::vector<Manifest> found;
    for (const auto& path : paths) {
        std::vector<std::string> files;
        if (!is_url(path) && file::is_dir(path)) {
            list_folder(path, recursive, files);
            if (files.empty()) return error(Reason::Unknown, "error reading {}: recognized file extensions are [.json .yaml .yml]", path);
        } else {
            files.push_back(path);
        }
        for (const auto& file : files) TRY(read_one(file, found));
    }
    if (found.empty()) return error(Reason::Unknown, "no objects passed to {}", "apply");
    return found;
}

}  // namespace skiff::cli::kubectl

#include "server/apiserver/negotiate.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <vector>

#include "base/strings.h"
#include "server/apiserver/engine.h"
#include "server/apiserver/request.h"

namespace skiff::apiserver {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kYaml = "application/yaml";
constexpr std::string_view kProtobuf = "application/vnd.kubernetes.protobuf";
constexpr size_t kClausesMax = 32;

struct Clause {
    std::string type, subtype;
    std::map<std::string, std::string> parameters;
    double quality = 1;
};

std::vector<Clause> parse_accept(std::string_view header) {
    std::vector<Clause> clauses;
    for (std::string_view part : split_views(header, ',')) {
        if (clauses.size() == kClausesMax) break;
        Clause clause;
        bool first = true;
        for (std::string_view piece : split_views(part, ';')) {
            piece = trim(piece);
            if (std::exchange(first, false)) {
                size_t slash = piece.find('/');
                clause.type = piece.substr(0, slash);
                clause.subtype = slash == piece.npos ? "*" : std::string(trim(piece.substr(slash + 1)));
                continue;
            }
            size_t equals = piece.find('=');
            std::string key = lower(trim(piece.substr(0, equals)));
            std::string value = equals == piece.npos ? std::string() : std::string(trim(piece.substr(equals + 1)));
            if (key == "q") clause.quality = std::strtod(value.c_str(), nullptr);
            else clause.parameters[key] = value;
        }
        if (!clause.type.empty()) clauses.push_back(std::move(clause));
    }
    std::stable_sort(clauses.begin(), clauses.end(), [](const Clause& a, const Clause& b) { return a.quality > b.quality; });
    return clauses;
}

bool media_of(const Clause& clause, MediaType& media) {
    if (clause.type == "*" && clause.subtype == "*") return media = MediaType::Json, true;
    if (clause.type != "application") return false;
    if (clause.subtype == "json" || clause.subtype == "*") return media = MediaType::Json, true;
    if (clause.subtype == "yaml") return media = MediaType::Yaml, true;
    if (clause.subtype == "vnd.kubernetes.protobuf") return media = MediaType::Protobuf, true;
    return false;
}

// Whether the clause's "as" can be given here; fills the form.
bool transform_of(const Clause& clause, FormsAllowed allowed, Form& form) {
    auto parameter = [&](const char* key) {
        auto found = clause.parameters.find(key);
        return found == clause.parameters.end() ? std::string() : found->second;
    };
    form.as = Form::As::Object;
    form.as_version.clear();
    std::string as = parameter("as"), group = parameter("g"), version = parameter("v");
    if (as.empty()) return allowed != FormsAllowed::Custom || form.media != MediaType::Protobuf;
    if (allowed == FormsAllowed::Discovery) {
        if (as != "APIGroupDiscoveryList" || group != "apidiscovery.k8s.io" || version != "v2") return false;
        form.as = Form::As::Discovery;
    } else if (allowed == FormsAllowed::Resources || allowed == FormsAllowed::Lists || allowed == FormsAllowed::Watches || allowed == FormsAllowed::NoTable || allowed == FormsAllowed::Custom) {
        if (group != "meta.k8s.io" || (version != "v1" && version != "v1beta1")) return false;
        if (as == "Table") {
            if (form.media == MediaType::Protobuf || allowed == FormsAllowed::NoTable) return false;
            form.as = Form::As::Table;
        } else if (as == "PartialObjectMetadata" || as == "PartialObjectMetadataList") {
            form.as = Form::As::PartialObject;
            form.of_list = as == "PartialObjectMetadataList";
        } else {
            return false;
        }
    } else {
        return false;
    }
    form.as_version = version;
    return true;
}

bool wants_pretty(const net::Request& request, const Clause* clause) {
    if (request.query.has("pretty")) return query_flag(request.query, "pretty");
    if (clause != nullptr) {
        auto found = clause->parameters.find("pretty");
        if (found != clause->parameters.end()) return found->second == "1" || found->second == "true";
    }
    const std::string& agent = request.headers.get("User-Agent");
    return agent.rfind("curl", 0) == 0 || agent.rfind("Wget", 0) == 0 || agent.rfind("Mozilla/5.0", 0) == 0;
}

Status set_include(const net::Request& request, Form& form) {
    const std::string& include = request.query.get("includeObject");
    if (include.empty() || include == "Metadata") form.include = Form::Include::Metadata;
    else if (include == "None") form.include = Form::Include::None;
    else if (include == "Object") form.include = Form::Include::Object;
    else
        return error(Reason::BadRequest, "Unable to convert to Table as requested: includeObject: Invalid value: \"{}\": must be 'Metadata', 'Object', 'None', or empty",
                     include);
    return {};
}

}  // namespace

std::string_view media_type_name(MediaType type) {
    switch (type) {
        case MediaType::Yaml: return kYaml;
        case MediaType::Protobuf: return kProtobuf;
        default: return kJson;
    }
}

std::string Form::content_type() const {
    std::string out(media_type_name(media));
    if (as == As::Discovery) out += ";g=apidiscovery.k8s.io;v=" + as_version + ";as=APIGroupDiscoveryList";
    return out;
}

std::string Form::stream_content_type() const {
    if (media == MediaType::Json) return std::string(kJson);
    return std::string(media_type_name(media)) + ";stream=watch";
}

std::string Form::cache_key() const {
    std::string key(1, static_cast<char>('a' + static_cast<int>(media)));
    key.push_back(static_cast<char>('a' + static_cast<int>(as)));
    key.push_back(static_cast<char>('a' + static_cast<int>(include)));
    return key + as_version;
}

Result<Form> negotiate(const net::Request& request, FormsAllowed allowed) {
    Form form;
    const std::string& accept = request.headers.get("Accept");
    if (accept.empty()) {
        form.pretty = wants_pretty(request, nullptr);
        return form;
    }
    bool matched = false;
    for (const Clause& clause : parse_accept(accept)) {
        if (!media_of(clause, form.media)) continue;
        // Documents have no other form, whatever the parameters say.
        if (allowed == FormsAllowed::Document) {
            if (form.media == MediaType::Json && (clause.subtype != "*" || clause.type == "*")) return form;
            continue;
        }
        // Routes do not know what every application type is.
        if (clause.subtype == "*" && clause.type != "*" && allowed != FormsAllowed::Custom && allowed != FormsAllowed::Discovery) continue;
        matched = true;
        if (!transform_of(clause, allowed, form)) continue;
        form.pretty = form.media == MediaType::Json && wants_pretty(request, &clause);
        if (form.as == Form::As::Table) TRY(set_include(request, form));
        return form;
    }
    // Built-in resources are refused by their routes, before anybody looks at the parameters of the type.
    const bool route = allowed != FormsAllowed::Custom && allowed != FormsAllowed::Discovery;
    if (!matched && route) {
        std::string types(kJson);
        if (allowed != FormsAllowed::Document) types += fmt::format(", {}, {}", kYaml, kProtobuf);
        if (allowed == FormsAllowed::Lists || allowed == FormsAllowed::Watches) types += fmt::format(", {};stream=watch, {};stream=watch", kJson, kProtobuf);
        return Status(Reason::NotAcceptable, "406: Not Acceptable\n\nAvailable representations: " + types).with_details(empty_details());
    }
    return error(Reason::NotAcceptable, "only the following media types are accepted: {}, {}, {}", kJson, kYaml, kProtobuf);
}

Status no_streams_of_type() { return error(Reason::NotAcceptable, "only the following media types are accepted: {0};stream=watch, {1};stream=watch", kJson, kProtobuf); }

Form negotiate_error(const net::Request& request) {
    Form form;
    const std::string& accept = request.headers.get("Accept");
    if (accept.empty()) {
        form.pretty = wants_pretty(request, nullptr);
        return form;
    }
    for (const Clause& clause : parse_accept(accept)) {
        // A form of an object is none of an error.
        if (clause.parameters.count("as") || !media_of(clause, form.media)) continue;
        form.pretty = form.media == MediaType::Json && wants_pretty(request, &clause);
        return form;
    }
    form.media = MediaType::Json;
    form.pretty = wants_pretty(request, nullptr);
    return form;
}

std::vector<std::string> accepted_types(const net::Request& request) {
    const std::string& accept = request.headers.get("Accept");
    if (accept.empty()) return {"*/*"};
    std::vector<std::string> out;
    for (const Clause& clause : parse_accept(accept)) out.push_back(clause.type + "/" + clause.subtype);
    return out;
}

std::string media_type_of(std::string_view header) { return lower(trim(header.substr(0, header.find(';')))); }

Result<MediaType> body_media_type(std::string_view content_type) {
    std::string type = media_type_of(content_type);
    if (type.empty() || type == kJson) return MediaType::Json;
    if (type == kYaml) return MediaType::Yaml;
    if (type == kProtobuf) return MediaType::Protobuf;
    return error(Reason::UnsupportedMediaType, "the body of the request was in an unknown format - accepted media types include: {}, {}, {}", kJson, kYaml, kProtobuf);
}

}  // namespace skiff::apiserver

#include "server/apiserver/respond.h"

#include <algorithm>
#include <iterator>

#include "api/kinds/column_cells.h"
#include "base/strings.h"
#include "json/write.h"
#include "server/apiserver/gzip.h"
#include "server/apiserver/table.h"

namespace skiff::apiserver {
namespace {

// Kubernetes bounds the sum of all warnings, and each of them once that is passed (apiserver/pkg/endpoints/filters/warning.go).
constexpr size_t kWarningsRunesMax = 4 << 10, kWarningRunesMax = 256;

bool begins_rune(char c) { return (c & 0xc0) != 0x80; }
size_t runes(std::string_view text) { return static_cast<size_t>(std::count_if(text.begin(), text.end(), begins_rune)); }

std::string_view first_runes(std::string_view text, size_t count) {
    for (size_t i = 0; i < text.size(); ++i)
        if (begins_rune(text[i]) && count-- == 0) return text.substr(0, i);
    return text;
}

std::string quoted_warning(std::string_view text) {
    std::string out = "299 - \"";
    for (char c : text) {
        if (c == '"' || c == '\\') out.push_back('\\');
        out.push_back(c);
    }
    out.push_back('"');
    return out;
}

// Each text once, without those that no header can carry.
std::vector<std::string_view> fit_warnings(const std::vector<std::string>& warnings) {
    auto unfit = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    std::vector<std::string_view> out;
    size_t sum = 0, told = 0;   // what has no room any more is not looked at: there may be thousands
    for (const std::string& text : warnings) {
        if (told > kWarningsRunesMax) break;
        if (text.empty() || std::find(out.begin(), out.end(), text) != out.end() || std::any_of(text.begin(), text.end(), unfit)) continue;
        out.push_back(text);
        const size_t size = runes(text);
        sum += size;
        told += std::min(size, kWarningRunesMax);
    }
    if (sum <= kWarningsRunesMax) return out;
    sum = 0;
    for (size_t i = 0; i < out.size(); ++i) {
        if (sum >= kWarningsRunesMax) out.resize(i);
        else sum += runes(out[i] = first_runes(out[i], kWarningRunesMax));
    }
    return out;
}

// A client on this machine reads from memory: packing a large answer would cost it and us more than it saves.
constexpr size_t kLocalGzipMax = 1 << 20;
bool on_this_machine(std::string_view address) { return address.starts_with("127.") || address.starts_with("[::1]"); }

bool wants_gzip(const RequestContext& context, size_t bytes) {
    if (context.http == nullptr || bytes < kGzipMin) return false;
    if (bytes > kLocalGzipMax && on_this_machine(context.http->remote_address)) return false;
    for (std::string_view part : split_views(context.http->headers.get("Accept-Encoding"), ','))
        if (trim(part.substr(0, part.find(';'))) == "gzip") return true;
    return false;
}

// Kubernetes' own internal type.
std::string internal_type(std::string_view group, std::string_view kind) {
    if (group.empty() || group == "events.k8s.io") group = "core";
    return fmt::format("{}.{}", group.substr(0, group.find('.')), kind);
}

// The metadata of a list was asked for of an object, or the other way round.
Status wrong_form(const std::string& type, const Form& form, bool list) {
    if (form.as != Form::As::PartialObject || form.of_list == list) return {};
    if (list) return error(Reason::NotAcceptable, "you requested PartialObjectMetadata, but the requested object is a list (*{}List)", type);
    return error(Reason::NotAcceptable, "you requested PartialObjectMetadataList, but the requested object is not a list (*{})", type);
}

Status wrong_form(const api::KindInfo& kind, const Form& form, bool list) {
    // Any custom object could be a list, by its type.
    if (kind.custom && !list && form.as == Form::As::PartialObject && form.of_list) return error(Reason::Unknown, "content is not a list");
    return wrong_form(kind.custom ? "unstructured.Unstructured" : internal_type(kind.gvk.group, kind.gvk.kind), form, list);
}

// A Scale in the form of a table, or its metadata alone.
json::Value scale_form(const json::Value& scale, const Form& form, WallTime now) {
    if (form.as == Form::As::PartialObject) return partial_object(scale, form.as_version);
    api::KindInfo shown;
    shown.columns = {{"Name", "string", "", "", 0, [](const json::Value& o, WallTime) { return o["metadata"]["name"]; }},
                     {"Desired", "integer", "", "replicas is the desired number of instances for the scaled object.", 0,
                      [](const json::Value& o, WallTime) { return json::Value(o["spec"]["replicas"].as_int()); }},
                     {"Available", "integer", "", "replicas is the actual number of observed instances of the scaled object.", 0,
                      [](const json::Value& o, WallTime) { return json::Value(o["status"]["replicas"].as_int()); }},
                     {"Age", "string", "", "", 0, api::kinds::age}};
    json::Value metadata = json::Value::object({{"resourceVersion", scale["metadata"]["resourceVersion"]}});
    return make_table(shown, std::move(metadata), json::Value::array({table_row(shown, scale, form, now)}), form, true);
}

net::Bytes newline() {
    static const net::Bytes kNewline = net::make_bytes("\n");
    return kNewline;
}

}  // namespace

net::Headers base_headers(const RequestContext& context) {
    net::Headers headers;
    headers.set("Audit-Id", context.id);
    headers.set("Cache-Control", "no-cache, private");
    if (!context.flow_schema_uid.empty()) {
        headers.set("X-Kubernetes-Pf-Flowschema-Uid", context.flow_schema_uid);
        headers.set("X-Kubernetes-Pf-Prioritylevel-Uid", context.priority_level_uid);
    }
    for (std::string_view warning : fit_warnings(context.warnings)) headers.add("Warning", quoted_warning(warning));
    return headers;
}

void send_pieces(net::Exchange& exchange, const RequestContext& context, int code, std::string content_type, std::vector<net::Bytes> pieces) {
    net::Response response;
    response.code = code;
    response.headers = base_headers(context);
    response.headers.set("Content-Type", std::move(content_type));
    if (context.vary_accept) response.headers.set("Vary", "Accept");
    for (const auto& [name, value] : context.extra_headers) response.headers.set(name, value);
    size_t total = 0;
    for (const net::Bytes& piece : pieces) total += piece->size();
    if (wants_gzip(context, total)) {
        if (net::Bytes packed = gzip_pieces(pieces)) {
            response.headers.set("Content-Encoding", "gzip");
            response.headers.add("Vary", "Accept-Encoding");
            pieces = {std::move(packed)};
        }
    }
    if (!pieces.empty()) {
        response.body = std::move(pieces.front());
        response.more.assign(std::make_move_iterator(pieces.begin() + 1), std::make_move_iterator(pieces.end()));
    }
    exchange.respond(std::move(response));
}

void send_text(net::Exchange& exchange, const RequestContext& context, int code, std::string text, std::string content_type) {
    net::Response response;
    response.code = code;
    response.headers = base_headers(context);
    response.headers.set("Content-Type", std::move(content_type));
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.body = net::make_bytes(std::move(text));
    exchange.respond(std::move(response));
}

void send_value(net::Exchange& exchange, const Core& core, const RequestContext& context, int code, const json::Value& value, std::string_view type, const Form& form) {
    auto bytes = encode_value(core, value, type, form);
    if (!bytes.ok()) return send_status(exchange, core, context, bytes.status());
    send_pieces(exchange, context, code, form.content_type(), {std::move(bytes).value()});
}

void send_answer(net::Exchange& exchange, const Core& core, const RequestContext& context, const Answer& answer, const Form& form) {
    const std::string value_kind = answer.value ? (*answer.value)["kind"].as_string() : "";
    if (answer.value && value_kind != "Status") {
        const std::string type = internal_type(api::GroupVersion::parse((*answer.value)["apiVersion"].as_string()).group, value_kind);
        if (Status status = wrong_form(type, form, false); !status.ok()) return send_status(exchange, core, context, status);
    }
    if (value_kind == "Scale" && form.as != Form::As::Object && form.as != Form::As::Discovery)
        return send_value(exchange, core, context, answer.code, scale_form(*answer.value, form, core.clock.now()), form.as == Form::As::PartialObject ? "meta.v1.PartialObjectMetadata" : "", form);
    if (answer.value && form.as == Form::As::PartialObject && value_kind != "Status")
        return send_value(exchange, core, context, answer.code, partial_object(*answer.value, form.as_version), "meta.v1.PartialObjectMetadata", form);
    if (answer.value) return send_value(exchange, core, context, answer.code, *answer.value, answer.value_type, form);
    if (Status status = wrong_form(*answer.kind, form, false); !status.ok()) return send_status(exchange, core, context, status);
    auto bytes = encode_object(core, *answer.kind, answer.object, form);
    if (!bytes.ok()) return send_status(exchange, core, context, bytes.status());
    std::vector<net::Bytes> pieces{std::move(bytes).value()};
    if (form.media == MediaType::Json && !form.pretty && form.as == Form::As::Object) pieces.push_back(newline());
    send_pieces(exchange, context, answer.code, form.content_type(), std::move(pieces));
}

void send_list(net::Exchange& exchange, const Core& core, const RequestContext& context, const ListAnswer& list, const Form& form) {
    if (Status status = wrong_form(*context.kind, form, true); !status.ok()) return send_status(exchange, core, context, status);
    auto pieces = encode_list(core, *context.kind, list, form);
    if (!pieces.ok()) return send_status(exchange, core, context, pieces.status());
    send_pieces(exchange, context, 200, form.content_type(), std::move(pieces).value());
}

void send_status(net::Exchange& exchange, const Core& core, const RequestContext& context, const Status& status) {
    Form form = negotiate_error(exchange.request());
    auto bytes = encode_value(core, status_value(status), "meta.v1.Status", form);
    net::Response response;
    response.code = status.code();
    response.headers = base_headers(context);
    response.headers.set("Content-Type", bytes.ok() ? form.content_type() : "application/json");
    if (status.retry_after_s() > 0) response.headers.set("Retry-After", std::to_string(status.retry_after_s()));
    response.body = bytes.ok() ? std::move(bytes).value() : net::make_bytes(json::write(status_value(status)));
    exchange.respond(std::move(response));
}

}  // namespace skiff::apiserver

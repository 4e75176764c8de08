#include "cli/kubectl/printers.h"

#include <algorithm>

#include "api/gvk.h"
#include "base/strings.h"
#include "cli/kubectl/go_template.h"
#include "cli/kubectl/sources.h"
#include "cli/kubectl/tab_text.h"
#include "json/path.h"
#include "json/write.h"
#include "json/yaml.h"

namespace skiff::cli::kubectl {

void PrintFlags::add(Options& options) {
    options.text("output", 'o', &output,
                 "Output format. One of: (json, yaml, name, go-template, go-template-file, template, templatefile, jsonpath, jsonpath-as-json, jsonpath-file).");
    options.text("template", 0, &template_text, "Template string or path to template file to use when -o=go-template, -o=go-template-file.");
    options.toggle("show-managed-fields", 0, &show_managed_fields, "If true, keep the managedFields when printing objects in JSON or YAML format.");
    options.toggle("allow-missing-template-keys", 0, &allow_missing, "If true, ignore any errors in templates when a field or map key is missing in the template.");
}

json::Value sorted(const json::Value& value) {
    if (value.is_array()) {
        json::Array items;
        items.reserve(value.size());
        for (const auto& item : value.items()) items.push_back(sorted(item));
        return json::Value(std::move(items));
    }
    if (!value.is_object()) return value;
    json::Object members;
    members.reserve(value.size());
    for (const auto& member : value.members()) members.push_back({member.key, sorted(member.value)});
    std::sort(members.begin(), members.end(), [](const json::Member& a, const json::Member& b) { return a.key < b.key; });
    return json::Value(std::move(members));
}

std::string object_name(const json::Value& object) {
    const auto gv = api::GroupVersion::parse(object["apiVersion"].as_string());
    return lower(object["kind"].as_string()) + (gv.group.empty() ? "" : "." + gv.group) + "/" + object["metadata"]["name"].as_string();
}

std::vector<const json::Value*> objects_of(const json::Value& object) {
    std::vector<const json::Value*> found;
    if (!object["items"].is_array()) return {&object};
    for (const auto& item : object["items"].items()) found.push_back(&item);
    return found;
}

namespace {

json::Value without_managed_fields(json::Value object) {
    if (auto* metadata = object.find("metadata")) metadata->erase("managedFields");
    if (auto* items = object.find("items"); items && items->is_array())
        for (auto& item : items->mut_items())
            if (auto* metadata = item.find("metadata")) metadata->erase("managedFields");
    return object;
}

Status template_error(const std::string& kind, const Status& status) { return error(Reason::Unknown, "error parsing {}: {}", kind, status.message()); }

Result<ObjectPrinter> jsonpath_printer(const std::string& text, bool allow_missing, bool as_json) {
    auto path = json::JsonPath::parse(text);
    if (!path.ok()) return template_error("jsonpath " + text, path.status());
    return ObjectPrinter([path = *path, allow_missing, as_json](const json::Value& object) -> Result<std::string> {
        const auto tree = sorted(object);
        if (!as_json) {
            auto printed = path.print(tree, allow_missing);
            if (!printed.ok()) return error(Reason::Unknown, "error executing jsonpath: {}", printed.status().message());
            return printed;
        }
        const auto values = TRY(path.select(tree, allow_missing));
        return json::write_pretty(json::Value(json::Array(values))) + "\n";
    });
}

Result<ObjectPrinter> template_printer(const std::string& text) {
    auto made = GoTemplate::parse(text);
    if (!made.ok()) return template_error("template " + text, made.status());
    return ObjectPrinter([made = std::make_shared<GoTemplate>(std::move(*made))](const json::Value& object) { return made->print(object); });
}

}  // namespace

Result<ObjectPrinter> custom_columns(const std::string& spec, bool no_headers) {
    struct Column {
        std::string header;
        json::JsonPath path;
    };
    std::vector<Column> columns;
    for (const auto& part : split(spec, ',')) {
        const auto colon = part.find(':');
        if (colon == std::string::npos) return error(Reason::Unknown, "unexpected custom-columns spec: {}, expected <header>:<json-path-expr>", part);
        auto path = TRY(json::JsonPath::parse_expression(part.substr(colon + 1)));
        columns.push_back({part.substr(0, colon), std::move(path)});
    }
    if (columns.empty()) return error(Reason::Unknown, "custom-columns format specified but no custom columns given");
    return ObjectPrinter([columns, no_headers, widths = std::make_shared<Columns>(), first = std::make_shared<bool>(true)](const json::Value& object) -> Result<std::string> {
        std::vector<std::vector<std::string>> rows;
        if (*first && !no_headers) {
            rows.emplace_back();
            for (const auto& column : columns) rows.back().push_back(column.header);
        }
        *first = false;
        for (const auto* item : objects_of(object)) {
            rows.emplace_back();
            for (const auto& column : columns) {
                std::vector<std::string> texts;
                for (const auto& value : TRY(column.path.select(*item))) texts.push_back(go_text(value));
                rows.back().push_back(texts.empty() ? "<none>" : join(texts, ","));
            }
        }
        return widths->lines(rows);
    });
}

Result<ObjectPrinter> make_printer(const PrintFlags& flags, Formats formats) {
    auto format = flags.output;
    std::string argument = flags.template_text;
    if (const auto equals = format.find('='); equals != std::string::npos) {
        argument = format.substr(equals + 1);
        format = format.substr(0, equals);
    } else if (format.empty() && !argument.empty()) {
        format = "go-template";
    }
    if (format.empty() || (format == "wide" && formats == Formats::Lists)) return ObjectPrinter();
    const bool managed = flags.show_managed_fields;
    if (format == "json")
        return ObjectPrinter([managed](const json::Value& object) -> Result<std::string> {
            return json::write_pretty(sorted(managed ? object : without_managed_fields(object))) + "\n";
        });
    if (format == "yaml")
        return ObjectPrinter([managed, first = std::make_shared<bool>(true)](const json::Value& object) -> Result<std::string> {
            const auto lead = *first ? "" : "---\n";
            *first = false;
            return lead + json::write_yaml(managed ? object : without_managed_fields(object));
        });
    if (format == "name")
        return ObjectPrinter([](const json::Value& object) -> Result<std::string> {
            std::string text;
            for (const auto* item : objects_of(object)) text += object_name(*item) + "\n";
            return text;
        });
    const bool from_file = format.ends_with("file");
    static constexpr const char* kTemplates[] = {"go-template", "go-template-file", "template", "templatefile", "jsonpath", "jsonpath-as-json", "jsonpath-file",
                                                 "custom-columns", "custom-columns-file"};
    const bool known = std::find(std::begin(kTemplates), std::end(kTemplates), format) != std::end(kTemplates);
    if (known && (formats == Formats::Lists || !format.starts_with("custom"))) {
        if (argument.empty()) return error(Reason::Unknown, "{} format specified but no {} given", format.starts_with("custom") ? "custom-columns" : "template", format.starts_with("custom") ? "custom columns" : "template");
        if (from_file) argument = TRY(read_source(argument));
        if (format.starts_with("jsonpath")) return jsonpath_printer(from_file ? std::string(trim(argument)) : argument, flags.allow_missing, format == "jsonpath-as-json");
        if (!format.starts_with("custom")) return template_printer(argument);
        if (!from_file) return custom_columns(argument, flags.no_headers);
        // A file of custom columns has the headers on its first line and the paths on its second.
        std::vector<std::vector<std::string>> lines;
        for (const auto& line : split(argument, '\n')) {
            lines.emplace_back();
            for (auto& word : split(line, ' '))
                if (!trim(word).empty()) lines.back().emplace_back(trim(word));
        }
        std::string spec;
        for (size_t i = 0; lines.size() > 1 && i < std::min(lines[0].size(), lines[1].size()); ++i) spec += (i ? "," : "") + lines[0][i] + ":" + lines[1][i];
        return custom_columns(spec, flags.no_headers);
    }
    return error(Reason::Unknown, "unable to match a printer suitable for the output format \"{}\", allowed formats are: {}go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,template,templatefile,{}yaml",
                 flags.output, formats == Formats::Lists ? "custom-columns,custom-columns-file," : "", formats == Formats::Lists ? "wide," : "");
}

}  // namespace skiff::cli::kubectl

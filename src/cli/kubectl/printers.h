// Printers: -o yaml, json, name, jsonpath, jsonpath-as-json, go-template, custom-columns and the *-file forms. Lists are the server's Tables,
// see table_printer. Pure but for reading template files; one thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cli/kubectl/discovery.h"
#include "cli/kubectl/options.h"
#include "json/value.h"

namespace skiff::cli::kubectl {

struct PrintFlags {
    std::string output, template_text;
    bool show_managed_fields = false, allow_missing = true, no_headers = false;
    // -o, --template, --show-managed-fields, --allow-missing-template-keys
    void add(Options& options);
};

// Turns one object (or List) into text. Reason::Unknown for an unknown format, with the formats there are.
using ObjectPrinter = std::function<Result<std::string>(const json::Value& object)>;
// lists: custom-columns and wide are formats too (wide gives an empty printer, as does no format at all).
enum class Formats { Objects, Lists };
Result<ObjectPrinter> make_printer(const PrintFlags& flags, Formats formats = Formats::Objects);

// The members of all objects sorted by name, as Go writes maps.
json::Value sorted(const json::Value& value);
// "pod/web", "deployment.apps/web" from kind and apiVersion alone.
std::string object_name(const json::Value& object);
// items of a List, or the object itself.
std::vector<const json::Value*> objects_of(const json::Value& object);

// The rows of -o custom-columns=NAME:.path,...; also those of sort keys.
Result<ObjectPrinter> custom_columns(const std::string& spec, bool no_headers);

}  // namespace skiff::cli::kubectl

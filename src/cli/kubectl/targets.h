// Targets: which objects a command line means: TYPE NAME..., TYPE/NAME..., -l, --all, -f FILE. One thread.
#pragma once

#include <string>
#include <vector>

#include "cli/kubectl/verb.h"

namespace skiff::cli::kubectl {

struct Selection {
    std::vector<std::string> files;
    bool recursive = false, all = false, all_namespaces = false;
    std::string selector, field_selector;
    // -f, -R; -l; what a verb wants.
    void add_files(Options& options, const char* what);
    void add_selectors(Options& options);
};

struct Target {
    Resource resource;
    std::string ns, name;          // name "": all of the type
    json::Value object = {};       // from a file, or what find_objects() fetched
    std::string source = {};       // of a file
    std::string shown() const { return resource.shown(name); }
};

// What the words and files say, without asking for objects. The namespace of namespaced ones is filled ("" with -A).
Result<std::vector<Target>> read_targets(Call& call, const Selection& selection, const std::vector<std::string>& words);
// The same with names expanded by lists, and with the objects as they are on the server. Objects that are missing are complained about.
Result<std::vector<Target>> find_objects(Call& call, const Selection& selection, const std::vector<std::string>& words);
// Every page of a list, as one; items have apiVersion and kind.
Result<json::Value> list_objects(Session& session, const Resource& resource, const std::string& ns, const Selection& selection);
// One object by TYPE/NAME or TYPE NAME or just NAME of the default type.
Result<Target> one_target(Call& call, const std::vector<std::string>& words, const std::string& default_type = {});

}  // namespace skiff::cli::kubectl

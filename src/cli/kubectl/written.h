// What verbs that write have in common: --dry-run, --field-manager, -o, and the line "deployment.apps/web created" afterwards.
#pragma once

#include <string>

#include "cli/kubectl/printers.h"
#include "cli/kubectl/targets.h"

namespace skiff::cli::kubectl {

enum class DryRun { None, Client, Server };

struct WriteFlags {
    PrintFlags print;
    std::string dry_run_text = "none", field_manager, validate = "strict";
    bool save_config = false;
    std::shared_ptr<ObjectPrinter> printer = std::make_shared<ObjectPrinter>();   // made at first use; separates YAML documents
    // --dry-run, -o, --field-manager, ...
    void add(Options& options, std::string default_field_manager);
    Result<DryRun> dry_run() const;
    // fieldManager, dryRun=All, fieldValidation as query.
    net::Query query() const;
};

// Prints result by -o, or "type/name operation" with the dry run's mark.
Status show_written(const WriteFlags& flags, const Resource& resource, const json::Value& result, const std::string& operation);

// POST and PATCH with the flags' query. They do not ask anything on a client's dry run.
Result<json::Value> create_object(Session& session, const WriteFlags& flags, const Resource& resource, const std::string& ns, const json::Value& object);
enum class PatchKind { Json, Merge, Strategic, Apply };
Result<json::Value> patch_object(Session& session, const WriteFlags& flags, const Resource& resource, const std::string& ns, const std::string& name, PatchKind kind,
                                 const json::Value& patch, const std::string& subresource = {}, const net::Query& more = {});
// Strategic for the kinds that Kubernetes has, merge for those of CRDs.
PatchKind natural_patch(const Resource& resource);
// Creates what a generator made and shows it, in the session's namespace.
Status create_and_show(Call& call, const WriteFlags& flags, json::Value object, const char* operation = "created");

inline constexpr const char* kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";
// Puts the annotation in: the object as JSON without it.
void set_last_applied(json::Value& object);

}  // namespace skiff::cli::kubectl

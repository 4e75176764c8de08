#include "api/object.h"

#include <utility>

#include "api/json_scan.h"
#include "api/kept_trees.h"
#include "api/meta_text.h"
#include "json/parse.h"
#include "json/write.h"

namespace skiff::api {

Result<ObjectPtr> Object::from_bytes(Bytes bytes) {
    auto object = std::shared_ptr<Object>(new Object);
    bool complete = scan_members(*bytes, [&](std::string_view key, std::string_view value) {
        if (key == "apiVersion") object->api_version_ = scan_string(value);
        else if (key == "kind") object->kind_ = scan_string(value);
        else if (key == "metadata") object->meta_ = meta_from_text(value);
    });
    if (!complete) {
        TRY(json::parse(*bytes));   // says what is wrong
        return error(Reason::BadRequest, "an object must be a JSON object");
    }
    object->bytes_ = std::move(bytes);
    return ObjectPtr(std::move(object));
}

ObjectPtr Object::from_tree(json::Value tree) {
    auto object = std::shared_ptr<Object>(new Object);
    object->api_version_ = tree["apiVersion"].as_string();
    object->kind_ = tree["kind"].as_string();
    object->meta_ = Meta::from(tree);
    object->bytes_ = std::make_shared<const std::string>(json::write(tree));
    return object;
}

namespace {
thread_local KeptTrees* kept_trees = nullptr;   // the innermost of this thread
}

KeptTrees::KeptTrees() : outer_(std::exchange(kept_trees, this)) {}
KeptTrees::~KeptTrees() { kept_trees = outer_; }

TreePtr Object::tree() const {
    std::lock_guard lock(tree_mutex_);
    if (auto tree = tree_.lock()) return tree;
    auto parsed = json::parse(*bytes_);
    auto tree = std::make_shared<const json::Value>(parsed.ok() ? std::move(parsed).value() : json::Value::object());
    tree_ = tree;
    if (kept_trees && kept_trees->trees_.size() < KeptTrees::kTreesMax) kept_trees->trees_.push_back(tree);
    return tree;
}

}  // namespace skiff::api

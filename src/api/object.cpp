#include "api/object.h"

#include "json/parse.h"
#include "json/write.h"

namespace skiff::api {

Result<ObjectPtr> Object::from_bytes(Bytes bytes) {
    auto tree = TRY(json::parse(*bytes));
    if (!tree.is_object()) return error(Reason::BadRequest, "an object must be a JSON object");
    auto object = std::shared_ptr<Object>(new Object);
    object->api_version_ = tree["apiVersion"].as_string();
    object->kind_ = tree["kind"].as_string();
    object->meta_ = Meta::from(tree);
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

TreePtr Object::tree() const {
    std::lock_guard lock(tree_mutex_);
    if (auto tree = tree_.lock()) return tree;
    auto parsed = json::parse(*bytes_);
    // The bytes were parsed when the object was made, so this cannot fail.
    auto tree = std::make_shared<const json::Value>(parsed.ok() ? std::move(parsed).value() : json::Value::object());
    tree_ = tree;
    return tree;
}

}  // namespace skiff::api

#include "cli/kubectl/verb_list.h"

namespace skiff::cli::kubectl {

const std::vector<Verb>& verbs() {
    static const std::vector<Verb> kVerbs = {
        {"get", "Display one or many resources", "get [(-o|--output=)json|yaml|name|wide|...] (TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE[.VERSION][.GROUP]/NAME ...) [flags] [options]", get, {},
         "  # All pods of the namespace\n  kubectl get pods\n\n  # Deployments and Services everywhere\n  kubectl get deploy,svc -A\n\n  # One field of one object\n  kubectl get pod web -o jsonpath='{.status.podIP}'"},
        {"create", "Create a resource from a file or from stdin", "create -f FILENAME [options]", create_files, {}, "  kubectl create -f pod.yaml\n  cat pod.yaml | kubectl create -f -"},
        {"replace", "Replace a resource by file name or stdin", "replace -f FILENAME [options]", replace},
        {"apply", "Apply a configuration to a resource by file name or stdin", "apply -f FILENAME [options]", apply, {}, "  kubectl apply -f app.yaml\n  kubectl apply -f folder/ -R\n  cat pod.json | kubectl apply -f -"},
        {"delete", "Delete resources by file names, stdin, resources and names, or by resources and label selector", "delete ([-f FILENAME] | TYPE [(NAME | -l label | --all)]) [options]", remove, {},
         "  kubectl delete pod web\n  kubectl delete -f app.yaml\n  kubectl delete pods,services -l app=web"},
        {"describe", "Show details of a specific resource or group of resources", "describe (-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME) [options]", describe, {},
         "  kubectl describe node server1\n  kubectl describe pods -l app=web\n  kubectl describe deploy/web"},
        {"logs", "Print the logs for a container in a pod", "logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER] [options]", logs, {},
         "  kubectl logs web\n  kubectl logs -f deploy/web -c app\n  kubectl logs -l app=web --all-containers --prefix"},
        {"exec", "Execute a command in a container", "exec (POD | TYPE/NAME) [-c CONTAINER] [flags] -- COMMAND [args...] [options]", exec, {},
         "  kubectl exec web -- date\n  kubectl exec -it deploy/web -- sh"},
        {"attach", "Attach to a process that is already running inside an existing container", "attach (POD | TYPE/NAME) -c CONTAINER [options]", attach},
    };
    return kVerbs;
}

}  // namespace skiff::cli::kubectl

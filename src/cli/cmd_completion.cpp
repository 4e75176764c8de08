#include "base/strings.h"
#include "cli/command.h"
#include "cli/kubectl/verb.h"
#include "cli/terminal.h"

namespace skiff::cli {

namespace {

std::string names_of(const std::vector<kubectl::Verb>& verbs) {
    std::vector<std::string> names;
    for (const auto& verb : verbs) names.emplace_back(verb.name);
    return join(names, " ");
}

std::string command_names() {
    std::vector<std::string> names;
    for (const auto& command : commands())
        if (!command.hidden) names.emplace_back(command.name);
    return join(names, " ");
}

// Words of a group of kubectl's verbs: "rollout) words=...;;".
std::string groups() {
    std::string text;
    for (const auto& verb : kubectl::verbs())
        if (!verb.children.empty()) text += fmt::format("      {}) words=\"{}\" ;;\n", verb.name, names_of(verb.children));
    return text;
}

// Resource names and objects come from the cluster, as the user sees it.
std::string bash_script() {
    return R"sh(# bash completion of skiff; source it: source <(skiff completion bash)
_skiff() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words="" at=1 run=()
  if [[ ${COMP_WORDS[0]##*/} == kubectl ]]; then run=("${COMP_WORDS[0]}"); else
    if (( COMP_CWORD == 1 )); then COMPREPLY=($(compgen -W ")sh" +
           command_names() + R"sh(" -- "$cur")); return; fi
    case ${COMP_WORDS[1]} in
      kubectl) at=2; run=("${COMP_WORDS[0]}" kubectl) ;;
      token) COMPREPLY=($(compgen -W "create list delete generate" -- "$cur")); return ;;
      image) COMPREPLY=($(compgen -W "pull list rm import" -- "$cur") $(compgen -f -- "$cur")); return ;;
      completion) COMPREPLY=($(compgen -W "bash zsh fish" -- "$cur")); return ;;
      *) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    esac
  fi
  case $prev in
    -f|--filename|--kubeconfig) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    -n|--namespace) COMPREPLY=($(compgen -W "$("${run[@]}" get namespaces -o jsonpath='{.items[*].metadata.name}' 2>/dev/null)" -- "$cur")); return ;;
    -o|--output) COMPREPLY=($(compgen -W "wide yaml json name jsonpath= custom-columns= go-template=" -- "$cur")); return ;;
  esac
  if (( COMP_CWORD == at )); then words=")sh" +
           names_of(kubectl::verbs()) + R"sh("
  else
    case ${COMP_WORDS[at]} in
)sh" + groups() +
           R"sh(      logs|exec|attach|port-forward|cp) words=$("${run[@]}" get pods -o jsonpath='{.items[*].metadata.name}' 2>/dev/null) ;;
      cordon|uncordon|drain) words=$("${run[@]}" get nodes -o jsonpath='{.items[*].metadata.name}' 2>/dev/null) ;;
      *) if (( COMP_CWORD == at + 1 )); then words=$("${run[@]}" api-resources --no-headers 2>/dev/null | awk '{print $1}')
         else words=$("${run[@]}" get "${COMP_WORDS[at+1]}" -o jsonpath='{.items[*].metadata.name}' 2>/dev/null); fi ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -F _skiff skiff
)sh";
}

std::string zsh_script() {
    return "#compdef skiff\n# zsh completion of skiff; source it: source <(skiff completion zsh)\nautoload -U +X bashcompinit && bashcompinit\n" + bash_script();
}

std::string fish_script() {
    std::string text = "# fish completion of skiff; source it: skiff completion fish | source\n";
    for (const auto& command : commands())
        if (!command.hidden) text += fmt::format("complete -c skiff -n __fish_use_subcommand -f -a {} -d '{}'\n", command.name, replace_all(std::string(command.summary), "'", ""));
    for (const auto& verb : kubectl::verbs()) {
        text += fmt::format("complete -c skiff -n '__fish_seen_subcommand_from kubectl; and not __fish_seen_subcommand_from {}' -f -a {} -d '{}'\n", names_of(kubectl::verbs()), verb.name,
                            replace_all(std::string(verb.summary), "'", ""));
        if (!verb.children.empty()) text += fmt::format("complete -c skiff -n '__fish_seen_subcommand_from {}' -f -a '{}'\n", verb.name, names_of(verb.children));
    }
    return text + "complete -c skiff -n '__fish_seen_subcommand_from token' -f -a 'create list delete generate'\n"
                  "complete -c skiff -n '__fish_seen_subcommand_from image' -a 'pull list rm import'\n"
                  "complete -c skiff -n '__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'\n";
}

}  // namespace

int cmd_completion(const std::vector<std::string>& args) {
    if (wants_help(args)) return print(std::string(help_text("completion"))), 0;
    if (args.size() == 1 && args[0] == "bash") return print(bash_script()), 0;
    if (args.size() == 1 && args[0] == "zsh") return print(zsh_script()), 0;
    if (args.size() == 1 && args[0] == "fish") return print(fish_script()), 0;
    return fail("completion", error(Reason::BadRequest, "name one shell: bash, zsh or fish"));
}

}  // namespace skiff::cli

using System.CommandLine;

namespace Amqp.Server.Cli.Operate;

/// <summary>The command <c>amqpbroker completion</c>, which prints a completion script for a shell.</summary>
internal static class CompletionCommand
{
    // The scripts ask the program for completions, with the directive [suggest:N]. So the completions always match the program's version.
    private const string Bash = """
        # Completion of amqpbroker for bash. In ~/.bashrc: source <(amqpbroker completion bash)
        _amqpbroker() {
            local IFS=$'\n' word=${COMP_WORDS[COMP_CWORD]}
            local offered=$("${COMP_WORDS[0]}" "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)
            COMPREPLY=()
            local name
            for name in $offered; do
                [[ $name == "$word"* ]] && COMPREPLY+=("$(printf '%q' "$name")")
            done
        }
        complete -o default -F _amqpbroker amqpbroker
        """;

    private const string Zsh = """
        #compdef amqpbroker
        # Completion of amqpbroker for zsh. In ~/.zshrc, after compinit: source <(amqpbroker completion zsh)
        _amqpbroker() {
            local -a offered
            offered=("${(@f)$(${words[1]} "[suggest:${#${(j: :)words[1,CURRENT]}}]" "${(j: :)words[1,CURRENT]}" 2>/dev/null)}")
            compadd -- $offered
        }
        # As a file in fpath, the script itself is the function that zsh calls first.
        if [[ $funcstack[1] == _amqpbroker ]]; then
            _amqpbroker "$@"
        else
            compdef _amqpbroker amqpbroker
        fi
        """;

    private const string Fish = """
        # Completion of amqpbroker for fish. Save it as ~/.config/fish/completions/amqpbroker.fish
        function __amqpbroker_complete
            set -l line (commandline -cp)
            set -l program (commandline -op)[1]
            $program "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c amqpbroker -f -a '(__amqpbroker_complete)'
        """;

    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command(
            "completion", "Print a script that makes a shell complete commands, options and names: source <(amqpbroker completion bash).")
        {
            shell
        };
        command.SetAction(result => result.InvocationConfiguration.Output.WriteLine(result.GetValue(shell) switch
        {
            "bash" => Bash,
            "zsh" => Zsh,
            _ => Fish,
        }));
        return command;
    }
}

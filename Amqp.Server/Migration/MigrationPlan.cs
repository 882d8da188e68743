using System.Text.Json.Nodes;

namespace Amqp.Server.Migration;

/// <summary>The work of a migration, and the limits of it.</summary>
/// <param name="Source">Product of the source.</param>
/// <param name="Target">Product of the target.</param>
/// <param name="Queues">The queues whose messages are moved, in the order of virtual host and name.</param>
/// <param name="Definitions">The definitions for the target; null if none are moved.</param>
/// <param name="Notes">Everything that cannot be moved, or changes.</param>
/// <param name="MayImpersonate">True if the user at the target may publish the user-ids of others.</param>
internal sealed record MigrationPlan(
    string Source, string Target, IReadOnlyList<QueueFacts> Queues, JsonObject? Definitions, IReadOnlyList<PlanNote> Notes,
    bool MayImpersonate)
{
    /// <summary>Makes the plan. Changes nothing.</summary>
    public static MigrationPlan Make(
        BrokerInventory source, BrokerInventory target, MigrationSettings settings, bool movesDefinitions)
    {
        List<PlanNote> notes = [.. new QueueNotes(source, target, settings).All()];
        JsonObject? definitions = null;
        if (movesDefinitions)
        {
            var selection = new DefinitionSelection(source, target, settings.Filter);
            definitions = selection.Select();
            notes.AddRange(selection.Notes);
        }
        QueueFacts[] queues = [.. source.Queues.Where(queue => settings.Filter.Wants(queue.Key) && QueueNotes.IsMovable(queue))
            .OrderBy(queue => queue.Key.VirtualHost, StringComparer.Ordinal).ThenBy(queue => queue.Key.Name, StringComparer.Ordinal)];
        return new MigrationPlan(
            source.Product, target.Product, queues, definitions, notes, notes.All(note => note.Kind != "user_id"));
    }
}

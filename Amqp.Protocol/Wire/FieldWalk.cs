namespace Amqp.Protocol;

/// <summary>Visits a value and all values nested in it. Does not recurse, because a client decides how deep values nest.</summary>
public static class FieldWalk
{
    /// <summary>Returns a step for each value, in wire order. A table or array has a second step after its last element.</summary>
    public static IEnumerable<FieldStep> Through(FieldValue root)
    {
        var open = new Stack<Container>();
        yield return new FieldStep(null, root, IsEnd: false);
        if (root.IsContainer)
            open.Push(new Container(root));
        while (open.TryPeek(out var container))
        {
            if (container.TryNext(out var step))
            {
                yield return step;
                if (step.Value.IsContainer)
                    open.Push(new Container(step.Value));
            }
            else
            {
                open.Pop();
                yield return new FieldStep(null, container.Value, IsEnd: true);
            }
        }
    }

    /// <summary>Computes a result for a value from the results of the values nested in it.</summary>
    /// <param name="root">The outermost value.</param>
    /// <param name="ofLeaf">Computes the result for a value that is neither table nor array.</param>
    /// <param name="ofContainer">Computes the result for a table or array from the results of its elements, in wire order.</param>
    public static TResult Fold<TResult>(
        FieldValue root, Func<FieldValue, TResult> ofLeaf, Func<FieldValue, IReadOnlyList<TResult>, TResult> ofContainer)
    {
        var levels = new Stack<List<TResult>>();
        levels.Push([]);
        foreach (var step in Through(root))
        {
            if (step.IsEnd)
            {
                var elements = levels.Pop();
                levels.Peek().Add(ofContainer(step.Value, elements));
            }
            else if (step.Value.IsContainer)
            {
                levels.Push([]);
            }
            else
            {
                levels.Peek().Add(ofLeaf(step.Value));
            }
        }
        return levels.Pop()[0];
    }

    /// <summary>A table or array whose elements are being visited.</summary>
    private sealed class Container(FieldValue value)
    {
        private readonly FieldTable? _table = value.Type == FieldType.Table ? value.AsTable() : null;
        private readonly IReadOnlyList<FieldValue> _array = value.Type == FieldType.Array ? value.AsArray() : [];
        private int _next;

        public FieldValue Value => value;

        public bool TryNext(out FieldStep step)
        {
            step = default;
            if (_next == (_table?.Count ?? _array.Count))
                return false;
            int index = _next++;
            step = _table is null
                ? new FieldStep(null, _array[index], IsEnd: false)
                : new FieldStep(_table.At(index).Key, _table.At(index).Value, IsEnd: false);
            return true;
        }
    }
}

/// <summary>One step of <see cref="FieldWalk.Through"/>.</summary>
/// <param name="Name">Name of the field; null for an element of an array, and at an end.</param>
/// <param name="Value">The visited value; at an end, the table or array.</param>
/// <param name="IsEnd">True at the end of a table or array.</param>
public readonly record struct FieldStep(string? Name, FieldValue Value, bool IsEnd);

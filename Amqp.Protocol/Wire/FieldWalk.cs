namespace Amqp.Protocol;

/// <summary>Goes through a value and all that is nested in it. Nothing recurses: clients decide how deep values nest, and a stack has an end.</summary>
public static class FieldWalk
{
    /// <summary>The value and what is nested in it, in the order of the wire. Behind the last element of a table or an array comes its end.</summary>
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

    /// <summary>Makes one thing of a value, from the innermost outwards.</summary>
    /// <param name="root">The value.</param>
    /// <param name="ofLeaf">What becomes of a value that is neither table nor array.</param>
    /// <param name="ofContainer">What becomes of a table or an array, and of what was made of its elements, in their order.</param>
    public static TResult Fold<TResult>(FieldValue root, Func<FieldValue, TResult> ofLeaf, Func<FieldValue, IReadOnlyList<TResult>, TResult> ofContainer)
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

    /// <summary>A table or an array that has been entered.</summary>
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

/// <summary>One step of a walk.</summary>
/// <param name="Name">The name of a table's field; null for an element of an array and for an end.</param>
/// <param name="Value">The value that comes next, or the table or array that ends.</param>
/// <param name="IsEnd">All of the table or array has been visited.</param>
public readonly record struct FieldStep(string? Name, FieldValue Value, bool IsEnd);
